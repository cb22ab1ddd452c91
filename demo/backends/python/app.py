"""A thin Flask app. Its shop takes any order id and one price; a real one asks its database and the visitor's session."""
import os

from flask import Flask, Response, request

from checkout import LIMIT, Checkout, Database

HERE = os.environ.get("SHOP_ORIGIN", "http://127.0.0.1:8000")
DATABASE = os.environ.get("DATABASE_URL", "sqlite:///shop.sqlite")


def order(data, _mode):
    name = data.get("orderId")
    return {"id": name, "amount": 1999} if isinstance(name, str) and 0 < len(name) <= 190 else None


def on_paid(order_id, _payment):
    db = Database(DATABASE)
    db.run("insert into shipment (order_id) values (?)", order_id)
    db.close()


checkout = Checkout(
    {
        "mchId": os.environ["IOTPAY_MCH_ID"],
        "merchantKey": os.environ["IOTPAY_MERCHANT_KEY"],
        "loginName": os.environ["IOTPAY_LOGIN_NAME"],
        "gateway": os.environ.get("IOTPAY_GATEWAY_ORIGIN", "https://ccapi.iotpaycloud.com"),
        "notifyUrl": f"{HERE}/pay/notify",
        "returnUrl": f"{HERE}/thanks",
        "origin": HERE,
        "database": DATABASE,
    },
    order,
    on_paid,
)
checkout.create_tables()
_db = Database(DATABASE)
_db.run("create table if not exists shipment (order_id varchar(200) not null)")
_db.close()
app = Flask(__name__)


@app.route("/pay/<route>", methods=["GET", "POST", "PUT", "DELETE"])
def pay(route):
    body = request.stream.read(LIMIT + 1)
    query = request.query_string.decode()
    status, kind, text = checkout.handle(request.method, route, request.headers, body, query)
    return Response(text, status, {"Content-Type": kind, "Cache-Control": "no-store"})


if os.environ.get("SHOP_TEST") == "1":

    @app.route("/shipped")
    def shipped():
        """For tests only: how often an order was shipped."""
        db = Database(DATABASE)
        [row] = db.rows("select count(*) as times from shipment where order_id = ?", request.args["order"])
        db.close()
        return str(row["times"])

    @app.route("/aged")
    def aged():
        """For tests only: an order's attempts are as old as if so many seconds had gone by; then the timer runs."""
        db = Database(DATABASE)
        change = "update iotpay_attempt set made = made - ? where order_id = ?"
        db.run(change, int(request.args["seconds"]), request.args["order"])
        db.close()
        checkout.reconcile()
        return ""
