"""The merchant's half of IOTPay's checkout (src/server/WIRE.md) over SQLite or PostgreSQL."""
import hashlib
import json
import logging
import re
import secrets
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager

import signature

log = logging.getLogger("iotpay")
YOUNG_S, WATCHED_S, UNDECIDED_S = 55 * 60, 2 * 3600, 24 * 3600
LEASE_S, LIMIT = 60, 65536
PAID = (2, 3)
FORMS = {
    "amount": r"\d{1,15}", "currency": r"[A-Z]{3}", "status": r"\d{1,4}", "payType": r"[A-Za-z]{0,20}",
    "payOrderId": r"[^\s&=]{1,30}", "originalOrderId": r"[^\s&=]{0,30}",
}
TABLES = [
    "create table if not exists iotpay_order (id varchar(200) primary key, paid_by varchar(30),"
    " shipped integer not null default 0, lease bigint not null default 0)",
    "create table if not exists iotpay_attempt (number varchar(30) primary key, order_id varchar(200) not null,"
    " amount integer not null, currency varchar(3) not null, made bigint not null, secure_id varchar(200),"
    " status integer not null default 0, told integer not null default 0, hinted integer not null default 0,"
    " lapsed integer not null default 0)",
    "create table if not exists iotpay_key (name varchar(64) primary key, body varchar(64) not null,"
    " secure_id varchar(200))",
]


class Refusal(Exception):
    def __init__(self, http, words):
        super().__init__(words)
        self.http = http


class GatewayRefusal(Refusal):
    """IOTPay answered, and refused."""

    @property
    def means_not_found(self):
        return re.search(r"\bnot (be )?found\b|(\bnot|n't) exist|\bno such\b|不存在", str(self), re.I) is not None


class Database:
    """One connection for each request, each statement on its own, rows as dicts. `url`: sqlite:///file or postgresql://…"""

    def __init__(self, url):
        self.lite = url.startswith("sqlite:///")
        if self.lite:
            self.connection = sqlite3.connect(url[len("sqlite:///"):], timeout=15, isolation_level=None)
            self.connection.execute("pragma journal_mode = wal")
        else:
            import psycopg2

            self.connection = psycopg2.connect(url)
            self.connection.autocommit = True

    def run(self, sql, *values):
        cursor = self.connection.cursor()
        cursor.execute(sql if self.lite else sql.replace("?", "%s"), values)
        return cursor

    def rows(self, sql, *values):
        cursor = self.run(sql, *values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def close(self):
        self.connection.close()


class Checkout:
    """
    settings: mchId, merchantKey, loginName, gateway, notifyUrl, returnUrl, origin, database.
    order(data, mode): the visitor's order {"id", "amount"} from your database and session; None: not theirs.
    on_paid(id, payment): ships the goods; idempotent.
    """

    def __init__(self, settings, order, on_paid):
        self.settings, self.order, self.on_paid = settings, order, on_paid

    def create_tables(self):
        with self._database() as db:
            for table in TABLES:
                db.run(table)

    def handle(self, method, path, headers, body, query):
        """@return HTTP status, content type, body"""
        route = path.rstrip("/").rsplit("/", 1)[-1]
        try:
            if route not in ("secure-id", "order-status", "notify"):
                raise Refusal(404, "No such route.")
            if method != "POST":
                raise Refusal(405, "Expected POST.")
            if len(body) > LIMIT:
                raise Refusal(413, "The body is too large.")
            with self._database() as db:
                if route == "notify":
                    self._notified(db, body, query)
                    return 200, "text/plain", "SUCCESS"
                data = self._read(headers, body)
                if route == "order-status":
                    answer = self._order_status(db, data)
                else:
                    answer = self._secure_id(db, data, body, headers.get("Idempotency-Key", ""))
            return 200, "application/json", json.dumps(answer)
        except Refusal as refusal:
            log.warning("%s: HTTP %s: %s", route, refusal.http, refusal)
            if route == "notify":
                return refusal.http, "text/plain", "FAIL"
            return refusal.http, "application/json", json.dumps({"retCode": "FAIL", "retMsg": str(refusal)})

    def reconcile(self):
        """For a timer, every few minutes: settles what nobody has told of."""
        with self._database() as db:
            watched = "made > ? or (lapsed = 0 and secure_id is not null and status not in (2, 3))"
            since = int(time.time()) - UNDECIDED_S
            for row in db.rows(f"select distinct order_id from iotpay_attempt where {watched}", since):
                self._settle(db, row["order_id"], False)
                self._ship(db, row["order_id"])

    @contextmanager
    def _database(self):
        db = Database(self.settings["database"])
        try:
            yield db
        finally:
            db.close()

    def _read(self, headers, body):
        site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
        foreign = site not in ("same-origin", "none") if site else origin is not None
        if foreign and origin != self.settings["origin"]:
            raise Refusal(403, "Requests from other sites are refused.")
        if not re.match(r"application/json\s*(;|$)", headers.get("Content-Type", ""), re.I):
            raise Refusal(415, "Expected Content-Type: application/json.")
        try:
            data = json.loads(body)
        except ValueError:
            raise Refusal(400, "Expected JSON.") from None
        if not isinstance(data, dict) or data.get("mode") not in ("pay", "add"):
            raise Refusal(400, "Expected a JSON object with mode pay or add.")
        return data

    def _order_of(self, data):
        ours = ("mode", "failed", "mchOrderNo", "payOrderId", "frameRemoved")
        order = self.order({name: value for name, value in data.items() if name not in ours}, data["mode"])
        if order is None:
            raise Refusal(404, "No such order.")
        return order

    def _secure_id(self, db, data, body, key):
        order = self._order_of(data)
        known, name = {}, hashlib.sha256(key.encode()).hexdigest()
        if key:
            body_sum = hashlib.sha256(body).hexdigest()
            db.run("insert into iotpay_key (name, body) values (?, ?) on conflict do nothing", name, body_sum)
            [known] = db.rows("select body, secure_id from iotpay_key where name = ?", name)
            if known["body"] != body_sum:
                raise Refusal(409, "This Idempotency-Key was used with another body.")
        if data["mode"] == "add":
            return {"secureId": known.get("secure_id") or self._add_card(db, name)}
        db.run("insert into iotpay_order (id) values (?) on conflict do nothing", order["id"])
        with self._locked(db, order["id"]):
            return self._form(db, order, str(data.get("failed") or ""))

    def _add_card(self, db, key):
        card = {"cardId": new_number(), "channel": "PF_CC", "returnUrl": self.settings["returnUrl"]}
        secure_id = self._call("cc_addCard", {**card, "loginName": self.settings["loginName"]})["secureId"]
        db.run("update iotpay_key set secure_id = ? where name = ?", secure_id, key)
        return secure_id

    @contextmanager
    def _locked(self, db, order_id):
        """One request after the other for each order, on all servers: a lease in the order's row."""
        name, until = f"lock:{order_id}"[:200], time.time() + 30
        db.run("insert into iotpay_order (id) values (?) on conflict do nothing", name)
        while True:
            now = int(time.time() * 1000)
            mine = now + LEASE_S * 1000
            if db.run("update iotpay_order set lease = ? where id = ? and lease < ?", mine, name, now).rowcount:
                break
            if time.time() > until:
                raise Refusal(503, "Another request is making a form of this order.")
            time.sleep(0.05)
        try:
            yield
        finally:
            db.run("update iotpay_order set lease = 0 where id = ? and lease = ?", name, mine)

    def _form(self, db, order, failed):
        self._settle(db, order["id"], True)
        self._ship(db, order["id"])
        attempts = self._attempts(db, order["id"])
        for attempt in attempts:
            if attempt["status"] in PAID:
                return standing(attempt["status"], attempt)
        now = int(time.time())
        for attempt in attempts:
            if attempt["told"] and attempt["status"] != 9 and now - attempt["made"] < UNDECIDED_S:
                return standing(1, attempt)
        latest = attempts[-1] if attempts else None
        if latest and latest["number"] == failed:
            db.run("update iotpay_attempt set hinted = 1 where number = ?", failed)
        shared = (
            latest and latest["status"] != 9 and latest["secure_id"] and not latest["hinted"]
            and latest["number"] != failed and latest["amount"] == order["amount"] and now - latest["made"] < YOUNG_S
        )
        attempt = latest if shared else self._new_attempt(db, order)
        return {
            "secureId": attempt["secure_id"], "mchOrderNo": attempt["number"], "amount": attempt["amount"],
            "currency": "CAD", "expiresIn": max(3600 - (now - attempt["made"]), 0),
            "gatewayOrigin": self.settings["gateway"],
        }

    def _new_attempt(self, db, order):
        """On record first, then at the gateway."""
        attempt = {"number": new_number(), "amount": order["amount"], "made": int(time.time())}
        db.run(
            "insert into iotpay_attempt (number, order_id, amount, currency, made) values (?, ?, ?, ?, ?)",
            attempt["number"], order["id"], order["amount"], "CAD", attempt["made"],
        )
        answer = self._call("cc_purchase", {
            "mchOrderNo": attempt["number"], "amount": order["amount"], "currency": "CAD", "channel": "PF_CC",
            **{name: self.settings[name] for name in ("notifyUrl", "returnUrl", "loginName")},
        })
        secure_id = answer.get("secureId")
        if not isinstance(secure_id, str) or not secure_id:
            raise Refusal(502, "IOTPay answered without a secureId.")
        db.run("update iotpay_attempt set secure_id = ? where number = ?", secure_id, attempt["number"])
        return {**attempt, "secure_id": secure_id}

    def _order_status(self, db, data):
        order, asked = self._order_of(data), data.get("mchOrderNo")
        own = [each for each in self._attempts(db, order["id"])
               if (each["secure_id"] if asked is None else each["number"] == str(asked))]
        if not own:
            raise Refusal(404, "There is no such payment of this order.")
        number = own[-1]["number"]
        if data.get("frameRemoved") is not True:
            db.run("update iotpay_attempt set told = 1 where number = ?", number)
        self._settle(db, order["id"], False)
        self._ship(db, order["id"])
        attempts = self._attempts(db, order["id"])
        [attempt] = [each for each in attempts if each["number"] == number]
        paid = [each["status"] for each in attempts if each["status"] in PAID]
        return standing(paid[0] if paid else 9 if attempt["status"] == 9 else 1, attempt)

    def _settle(self, db, order_id, must_know):
        """Asks the gateway about every attempt that may yet change, and once more after that: what was paid is not lost."""
        for attempt in self._attempts(db, order_id):
            age = time.time() - attempt["made"]
            watched = age < WATCHED_S or not attempt["lapsed"] or (attempt["told"] and attempt["status"] != 9)
            if attempt["status"] in PAID or not attempt["secure_id"] or not watched:
                continue
            lapse = "update iotpay_attempt set lapsed = 1 where number = ?"
            try:
                found = self._call("cc_query", {"mchOrderNo": attempt["number"]})
            except Refusal as refusal:
                refused = isinstance(refusal, GatewayRefusal)
                if age >= WATCHED_S and refused and refusal.means_not_found:
                    db.run(lapse, attempt["number"])
                    continue
                # What IOTPay refuses to tell for longer than an order is kept closed closes it no more.
                if must_know and not (refused and age >= UNDECIDED_S):
                    raise
                log.warning("order %s could not be asked about: %s", order_id, refusal)
                continue
            if str(found.get("mchOrderNo")) == attempt["number"]:
                self._heard(db, attempt, found)
                if age >= WATCHED_S:
                    db.run(lapse, attempt["number"])

    def _heard(self, db, attempt, fields):
        """Puts the gateway's word on record. What was paid stays paid. False: another amount was paid, and nobody pays anew."""
        status, number = str(fields.get("status", "")), attempt["number"]
        change = "update iotpay_attempt set status = ? where number = ? and status not in (2, 3)"
        if status in ("2", "3"):
            if str(fields.get("amount")) != str(attempt["amount"]) or fields.get("currency") != attempt["currency"]:
                log.error("%s: another amount or currency was paid. Nothing was shipped: look at IOTPay's portal.", number)
                db.run("update iotpay_attempt set told = 1 where number = ?", number)
                return False
            db.run(change, int(status), number)
            db.run("update iotpay_order set paid_by = ? where id = ? and paid_by is null", number, attempt["order_id"])
            [order] = db.rows("select paid_by from iotpay_order where id = ?", attempt["order_id"])
            if order["paid_by"] != number:
                log.error("order %s was paid twice: refund %s.", attempt["order_id"], number)
        elif status in ("0", "1", "9"):
            db.run(change, int(status), number)
        return True

    def _ship(self, db, order_id):
        """Runs on_paid once, under a lease. False: another process is at it."""
        [order] = db.rows("select paid_by, shipped from iotpay_order where id = ?", order_id) or [None]
        if not order or order["paid_by"] is None or order["shipped"]:
            return True
        now = int(time.time())
        take = "update iotpay_order set lease = ? where id = ? and shipped = 0 and lease < ?"
        if not db.run(take, now + LEASE_S, order_id, now).rowcount:
            return False
        try:
            [payment] = db.rows("select number, amount, currency from iotpay_attempt where number = ?", order["paid_by"])
            self.on_paid(order_id, payment)
        except Exception:
            db.run("update iotpay_order set lease = 0 where id = ?", order_id)
            raise
        db.run("update iotpay_order set shipped = 1 where id = ?", order_id)
        return True

    def _notified(self, db, body, query):
        fields = fields_of(body.decode("utf-8", "replace").strip(), query)
        number = str(fields.get("mchOrderNo", ""))
        [attempt] = db.rows("select * from iotpay_attempt where number = ?", number) or [None]
        if not signature.verifies(fields, self.settings["merchantKey"]) or not self._well_formed(fields):
            if not attempt:
                raise Refusal(400, "A notification could not be verified, and names no attempt.")
            # It proves nothing, but the gateway can be asked.
            self._settle(db, attempt["order_id"], False)
            [attempt] = db.rows("select * from iotpay_attempt where number = ?", number)
            if attempt["status"] not in PAID:
                raise Refusal(400, "A notification could not be verified, and the gateway does not say paid.")
        else:
            if fields.get("originalOrderId") or str(fields.get("payType") or "pay").lower() != "pay":
                return  # A refund or a void.
            if not attempt:
                raise Refusal(404, "A notification names no attempt of this shop.")
            status = str(fields["status"])
            if status in ("0", "1"):
                db.run("update iotpay_attempt set told = 1 where number = ?", number)
                return
            if status not in ("2", "3", "9"):
                self._settle(db, attempt["order_id"], False)
            elif not self._heard(db, attempt, fields):
                raise Refusal(409, "Another amount was paid.")
        for _ in range(50):
            if self._ship(db, attempt["order_id"]):
                return
            time.sleep(0.1)
        raise Refusal(503, "The order is being shipped.")

    def _well_formed(self, fields):
        """Each field that decides something has its own form: the signed text has no escaping."""
        if fields.get("mchId") != self.settings["mchId"]:
            return False
        values = {name: fields.get(name) for name in FORMS}
        return all(re.fullmatch(form, "" if values[name] is None else str(values[name])) for name, form in FORMS.items())

    def _call(self, name, fields):
        """One call of the gateway."""
        fields = {"mchId": self.settings["mchId"], **fields}
        fields["sign"] = signature.sign(fields, self.settings["merchantKey"])
        request = urllib.request.Request(
            f"{self.settings['gateway']}/v3/{name}", json.dumps(fields).encode(),
            {"Content-Type": "application/json;charset=UTF-8"},
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                answer = json.loads(response.read(1024 * 1024))
        except TimeoutError:
            raise Refusal(504, "IOTPay did not answer in time.") from None
        except (OSError, ValueError, urllib.error.HTTPError) as error:
            raise Refusal(502, f"IOTPay could not be understood ({type(error).__name__}).") from None
        if not isinstance(answer, dict) or answer.get("retCode") != "SUCCESS":
            raise GatewayRefusal(502, f"IOTPay refused: {answer.get('retMsg') if isinstance(answer, dict) else ''}")
        return answer.get("retData") or {}

    @staticmethod
    def _attempts(db, order_id):
        return db.rows("select * from iotpay_attempt where order_id = ? order by made, number", order_id)


def standing(status, attempt):
    return {"status": status, "mchOrderNo": attempt["number"], "amount": attempt["amount"], "currency": "CAD"}


def new_number():
    """Time first, so that numbers sort as they were made; then 56 random bits. 28 characters."""
    return f"{int(time.time() * 1000):014d}{secrets.token_hex(7)}"


def fields_of(body, query):
    """JSON under any content type, form fields, params=<json>, the query string."""
    found = signature.decode(body)
    if found is not None:
        return found
    form = dict(urllib.parse.parse_qsl(body or query, keep_blank_values=True))
    for value in form.values():
        if value.startswith("{") and (found := signature.decode(value)) is not None:
            return found
    return form
