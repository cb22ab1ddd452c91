<?php
declare(strict_types=1);

namespace Iotpay;

require_once __DIR__ . '/Signature.php';

/** A request that is refused, with the HTTP status that says why. */
class Refusal extends \Exception
{
}

/** IOTPay answered, and refused. */
final class GatewayRefusal extends Refusal
{
    public function meansNotFound(): bool
    {
        return preg_match("/\\bnot (be )?found\\b|(\\bnot|n't) exist|\\bno such\\b|不存在/iu", $this->getMessage()) === 1;
    }
}

/**
 * The merchant's half of IOTPay's checkout (src/server/WIRE.md), over any database that PDO reaches. To be lifted into a
 * shop as it is: your own code is in the two functions that the constructor takes.
 */
final class Checkout
{
    private const YOUNG_S = 55 * 60;
    private const WATCHED_S = 2 * 3600;
    private const UNDECIDED_S = 24 * 3600;
    private const LEASE_S = 60;
    private const LIMIT = 65536;

    /**
     * @param array{mchId: string, merchantKey: string, loginName: string, gateway: string, notifyUrl: string, returnUrl: string, origin?: string} $settings
     * @param \Closure(array $data, string $mode): ?array{id: string, amount: int} $order the visitor's order, from your database and session; null: not theirs
     * @param \Closure(string $id, array $payment): void $onPaid ships the goods; idempotent
     */
    public function __construct(
        private readonly \PDO $db,
        private readonly array $settings,
        private readonly \Closure $order,
        private readonly \Closure $onPaid,
    ) {
        $db->setAttribute(\PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION);
    }

    /** Once, when the shop is installed. */
    public function createTables(): void
    {
        // MariaDB and MySQL would take the orders "a1" and "A1" for one.
        $end = $this->db->getAttribute(\PDO::ATTR_DRIVER_NAME) === 'mysql' ? ' character set utf8mb4 collate utf8mb4_bin' : '';
        $this->db->exec('create table if not exists iotpay_order (id varchar(200) primary key, paid_by varchar(30), shipped integer not null default 0, lease bigint not null default 0)' . $end);
        $this->db->exec('create table if not exists iotpay_attempt (number varchar(30) primary key, order_id varchar(200) not null, amount integer not null, currency varchar(3) not null, made bigint not null, secure_id varchar(200), status integer not null default 0, told integer not null default 0, hinted integer not null default 0, lapsed integer not null default 0)' . $end);
        $this->db->exec('create table if not exists iotpay_key (name varchar(64) primary key, body varchar(64) not null, secure_id varchar(200), made bigint not null)' . $end);
    }

    /** @return array{int, string, string} HTTP status, content type, body */
    public function handle(string $method, string $path, array $headers, string $body, string $query): array
    {
        $headers = array_change_key_case($headers);
        $route = basename($path);
        try {
            if (!in_array($route, ['secure-id', 'order-status', 'notify'], true)) {
                throw new Refusal('No such route.', 404);
            }
            if ($method !== 'POST') {
                throw new Refusal('Expected POST.', 405);
            }
            if (strlen($body) > self::LIMIT) {
                throw new Refusal('The body is too large.', 413);
            }
            if ($route === 'notify') {
                $this->notified($body, $query);
                return [200, 'text/plain', 'SUCCESS'];
            }
            $data = $this->read($headers, $body);
            $answer = $route === 'secure-id'
                ? $this->secureId($data, $body, $headers['idempotency-key'] ?? '')
                : $this->orderStatus($data);
            return [200, 'application/json', json_encode($answer, JSON_THROW_ON_ERROR)];
        } catch (Refusal $refusal) {
            error_log("$route: HTTP {$refusal->getCode()}: {$refusal->getMessage()}");
            $words = json_encode(['retCode' => 'FAIL', 'retMsg' => $refusal->getMessage()]);
            return $route === 'notify'
                ? [$refusal->getCode(), 'text/plain', 'FAIL']
                : [$refusal->getCode(), 'application/json', $words];
        }
    }

    /** For a timer, every few minutes: settles what nobody has told of. */
    public function reconcile(): void
    {
        $since = time() - self::UNDECIDED_S;
        $watched = 'made > ? or (lapsed = 0 and secure_id is not null and status not in (2, 3))';
        $rows = $this->rows("select distinct order_id from iotpay_attempt where $watched", [$since]);
        foreach ($rows as ['order_id' => $id]) {
            $this->settle($id, false);
            $this->ship($id);
        }
    }

    private function read(array $headers, string $body): array
    {
        $site = $headers['sec-fetch-site'] ?? null;
        $origin = $headers['origin'] ?? null;
        $own = $this->settings['origin'] ?? 'http://' . ($headers['host'] ?? '');
        $foreign = $site !== null ? !in_array($site, ['same-origin', 'none'], true) : $origin !== null;
        if ($foreign && $origin !== $own) {
            throw new Refusal('Requests from other sites are refused.', 403);
        }
        if (!preg_match('#^application/json\s*(;|$)#i', $headers['content-type'] ?? '')) {
            throw new Refusal('Expected Content-Type: application/json.', 415);
        }
        $data = is_object(json_decode($body)) ? json_decode($body, true) : null;
        if ($data === null || !in_array($data['mode'] ?? null, ['pay', 'add'], true)) {
            throw new Refusal('Expected a JSON object with mode pay or add.', 400);
        }
        return $data;
    }

    /** The visitor's order. @return array{id: string, amount: int} */
    private function orderOf(array $data): array
    {
        $own = array_diff_key($data, array_flip(['mode', 'failed', 'mchOrderNo', 'payOrderId', 'frameRemoved']));
        return ($this->order)($own, $data['mode']) ?? throw new Refusal('No such order.', 404);
    }

    private function secureId(array $data, string $body, string $key): array
    {
        $order = $this->orderOf($data);
        $name = hash('sha256', $key);
        $sum = hash('sha256', $body);
        if ($key !== '') {
            $this->insert('insert into iotpay_key (name, body, made) values (?, ?, ?)', [$name, $sum, time()]);
            $known = $this->rows('select body, secure_id from iotpay_key where name = ?', [$name])[0];
            if ($known['body'] !== $sum) {
                throw new Refusal('This Idempotency-Key was used with another body.', 409);
            }
        }
        if ($data['mode'] === 'add') {
            return ['secureId' => $known['secure_id'] ?? $this->addCard($name)];
        }
        $this->insert('insert into iotpay_order (id) values (?)', [$order['id']]);
        // One after the other for each order, whatever the tab and the server.
        return $this->locked($order['id'], fn () => $this->form($order, (string) ($data['failed'] ?? '')));
    }

    private function addCard(string $key): string
    {
        $fields = ['cardId' => $this->newNumber(), 'channel' => 'PF_CC', 'returnUrl' => $this->settings['returnUrl']];
        $secureId = (string) $this->call('cc_addCard', $fields + ['loginName' => $this->settings['loginName']])['secureId'];
        $this->run('update iotpay_key set secure_id = ? where name = ?', [$secureId, $key]);
        return $secureId;
    }

    private function form(array $order, string $failed): array
    {
        $this->settle($order['id'], true);
        $this->ship($order['id']);
        $attempts = $this->attempts($order['id']);
        foreach ($attempts as $attempt) {
            if ($this->isPaid($attempt)) {
                return $this->standing((int) $attempt['status'], $attempt);
            }
        }
        foreach ($attempts as $attempt) {
            if ($attempt['told'] && $attempt['status'] != 9 && time() - $attempt['made'] < self::UNDECIDED_S) {
                return $this->standing(1, $attempt);
            }
        }
        $latest = end($attempts) ?: null;
        $shared = $latest && $latest['status'] != 9 && $latest['secure_id'] && !$latest['hinted']
            && $latest['amount'] == $order['amount'] && $latest['number'] !== $failed
            && time() - $latest['made'] < self::YOUNG_S;
        if ($latest && $latest['number'] === $failed) {
            $this->run('update iotpay_attempt set hinted = 1 where number = ?', [$failed]);
        }
        $attempt = $shared ? $latest : $this->newAttempt($order);
        return [
            'secureId' => $attempt['secure_id'],
            'mchOrderNo' => $attempt['number'],
            'amount' => (int) $attempt['amount'],
            'currency' => 'CAD',
            'expiresIn' => max(3600 - (time() - $attempt['made']), 0),
            'gatewayOrigin' => $this->settings['gateway'],
        ];
    }

    /** On record first, then at the gateway. */
    private function newAttempt(array $order): array
    {
        $attempt = ['number' => $this->newNumber(), 'amount' => $order['amount'], 'made' => time()];
        $this->run(
            'insert into iotpay_attempt (number, order_id, amount, currency, made) values (?, ?, ?, ?, ?)',
            [$attempt['number'], $order['id'], $order['amount'], 'CAD', $attempt['made']],
        );
        $answer = $this->call('cc_purchase', [
            'mchOrderNo' => $attempt['number'],
            'amount' => $order['amount'],
            'currency' => 'CAD',
            'channel' => 'PF_CC',
            'notifyUrl' => $this->settings['notifyUrl'],
            'returnUrl' => $this->settings['returnUrl'],
            'loginName' => $this->settings['loginName'],
        ]);
        if (!is_string($answer['secureId'] ?? null) || $answer['secureId'] === '') {
            throw new Refusal('IOTPay answered without a secureId.', 502);
        }
        $attempt['secure_id'] = $answer['secureId'];
        $this->run('update iotpay_attempt set secure_id = ? where number = ?', [$answer['secureId'], $attempt['number']]);
        return $attempt;
    }

    private function orderStatus(array $data): array
    {
        $order = $this->orderOf($data);
        $asked = $data['mchOrderNo'] ?? null;
        $own = array_filter($this->attempts($order['id']), fn ($each) => $asked === null ? $each['secure_id'] : $each['number'] === (string) $asked);
        $attempt = end($own) ?: throw new Refusal('There is no such payment of this order.', 404);
        if (($data['frameRemoved'] ?? false) !== true) {
            $this->run('update iotpay_attempt set told = 1 where number = ?', [$attempt['number']]);
        }
        $this->settle($order['id'], false);
        $this->ship($order['id']);
        foreach ($this->attempts($order['id']) as $each) {
            if ($this->isPaid($each)) {
                return $this->standing((int) $each['status'], $attempt);
            }
            if ($each['number'] === $attempt['number']) {
                $attempt = $each;
            }
        }
        return $this->standing($attempt['status'] == 9 ? 9 : 1, $attempt);
    }

    private function standing(int $status, array $attempt): array
    {
        return ['status' => $status, 'mchOrderNo' => $attempt['number'], 'amount' => (int) $attempt['amount'], 'currency' => 'CAD'];
    }

    /**
     * Asks the gateway about every attempt that may yet change, and once more after that: what was paid is not lost.
     * @throws Refusal where it does not answer, if that matters
     */
    private function settle(string $id, bool $mustKnow): void
    {
        foreach ($this->attempts($id) as $attempt) {
            $age = time() - $attempt['made'];
            $isOver = $age >= self::WATCHED_S;
            $watched = !$isOver || !$attempt['lapsed'] || $attempt['told'] && $attempt['status'] != 9;
            if ($this->isPaid($attempt) || !$attempt['secure_id'] || !$watched) {
                continue;
            }
            try {
                $found = $this->call('cc_query', ['mchOrderNo' => $attempt['number']]);
            } catch (Refusal $refusal) {
                $refused = $refusal instanceof GatewayRefusal;
                if ($isOver && $refused && $refusal->meansNotFound()) {
                    $this->lapse($attempt);
                    continue;
                }
                // What IOTPay refuses to tell for longer than an order is kept closed closes it no more.
                if ($mustKnow && !($refused && $age >= self::UNDECIDED_S)) {
                    throw $refusal;
                }
                error_log("order $id could not be asked about: {$refusal->getMessage()}");
                continue;
            }
            if ((string) ($found['mchOrderNo'] ?? '') === $attempt['number']) {
                $this->heard($attempt, $found);
                if ($isOver) {
                    $this->lapse($attempt);
                }
            }
        }
    }

    /** Asked about after its time: it is let go, unless somebody has told of it. */
    private function lapse(array $attempt): void
    {
        $this->run('update iotpay_attempt set lapsed = 1 where number = ?', [$attempt['number']]);
    }

    /** Puts the gateway's word on record. What was paid stays paid. @return bool false: another amount was paid, and nobody pays anew */
    private function heard(array $attempt, array $fields): bool
    {
        $status = (string) ($fields['status'] ?? '');
        if ($status === '2' || $status === '3') {
            if ((string) ($fields['amount'] ?? '') !== (string) $attempt['amount'] || ($fields['currency'] ?? '') !== $attempt['currency']) {
                error_log("{$attempt['number']}: another amount or currency was paid. Nothing was shipped: look at it in IOTPay's portal.");
                $this->run('update iotpay_attempt set told = 1 where number = ?', [$attempt['number']]);
                return false;
            }
            $this->run('update iotpay_attempt set status = ? where number = ? and status not in (2, 3)', [(int) $status, $attempt['number']]);
            $this->run('update iotpay_order set paid_by = ? where id = ? and paid_by is null', [$attempt['number'], $attempt['order_id']]);
            $order = $this->rows('select paid_by from iotpay_order where id = ?', [$attempt['order_id']])[0];
            if ($order['paid_by'] !== $attempt['number']) {
                error_log("order {$attempt['order_id']} was paid twice: refund {$attempt['number']}.");
            }
        } elseif (in_array($status, ['0', '1', '9'], true)) {
            $this->run('update iotpay_attempt set status = ? where number = ? and status not in (2, 3)', [(int) $status, $attempt['number']]);
        }
        return true;
    }

    /** Runs onPaid once, under a lease. @return bool false: another process is at it */
    private function ship(string $id): bool
    {
        [$order] = $this->rows('select paid_by, shipped from iotpay_order where id = ?', [$id]) + [null];
        if (!$order || $order['paid_by'] === null || $order['shipped']) {
            return true;
        }
        $taken = $this->run('update iotpay_order set lease = ? where id = ? and shipped = 0 and lease < ?', [time() + self::LEASE_S, $id, time()]);
        if ($taken === 0) {
            return false;
        }
        try {
            ($this->onPaid)($id, $this->rows('select number, amount, currency, status from iotpay_attempt where number = ?', [$order['paid_by']])[0]);
        } catch (\Throwable $error) {
            $this->run('update iotpay_order set lease = 0 where id = ?', [$id]);
            throw $error;
        }
        $this->run('update iotpay_order set shipped = 1 where id = ?', [$id]);
        return true;
    }

    private function notified(string $body, string $query): void
    {
        $fields = $this->fieldsOf($body, $query);
        $number = (string) ($fields['mchOrderNo'] ?? '');
        $attempt = $this->rows('select * from iotpay_attempt where number = ?', [$number])[0] ?? null;
        if (!Signature::verifies($fields, $this->settings['merchantKey']) || !$this->wellFormed($fields)) {
            if (!$attempt) {
                throw new Refusal('A notification could not be verified, and names no attempt.', 400);
            }
            // It proves nothing, but the gateway can be asked.
            $this->settle($attempt['order_id'], false);
            $attempt = $this->rows('select * from iotpay_attempt where number = ?', [$number])[0];
            if (!$this->isPaid($attempt)) {
                throw new Refusal('A notification could not be verified, and the gateway does not say that it is paid.', 400);
            }
        } else {
            $type = strtolower((string) ($fields['payType'] ?? ''));
            if ((string) ($fields['originalOrderId'] ?? '') !== '' || ($type !== '' && $type !== 'pay')) {
                return; // A refund or a void.
            }
            if (!$attempt) {
                throw new Refusal('A notification names no attempt of this shop.', 404);
            }
            $status = (string) $fields['status'];
            if ($status === '0' || $status === '1') {
                $this->run('update iotpay_attempt set told = 1 where number = ?', [$number]);
                return;
            }
            if (!in_array($status, ['2', '3', '9'], true)) {
                $this->settle($attempt['order_id'], false);
            } elseif (!$this->heard($attempt, $fields)) {
                throw new Refusal('Another amount was paid.', 409);
            }
        }
        for ($i = 0; !$this->ship($attempt['order_id']); $i++) {
            if ($i > 50) {
                throw new Refusal('The order is being shipped.', 503);
            }
            usleep(100_000);
        }
    }

    /** JSON under any content type, form fields, params=<json>, the query string. */
    private function fieldsOf(string $body, string $query): array
    {
        $body = trim($body);
        $json = Number::decode($body);
        if ($json !== null) {
            return $json;
        }
        parse_str($body !== '' ? $body : $query, $form);
        foreach ($form as $value) {
            if (is_string($value) && ($json = Number::decode($value)) !== null) {
                return $json;
            }
        }
        return $form;
    }

    /** Each field that decides something has its own form: the signed text has no escaping. */
    private function wellFormed(array $fields): bool
    {
        $text = fn (string $name) => is_array($fields[$name] ?? '') ? '&' : (string) ($fields[$name] ?? '');
        return $text('mchId') === $this->settings['mchId']
            && preg_match('/^\d{1,15}$/', $text('amount')) && preg_match('/^[A-Z]{3}$/', $text('currency'))
            && preg_match('/^\d{1,4}$/', $text('status')) && preg_match('/^[A-Za-z]{0,20}$/', $text('payType'))
            && preg_match('/^[^\s&=]{1,30}$/', $text('payOrderId')) && preg_match('/^[^\s&=]{0,30}$/', $text('originalOrderId'));
    }

    /** One call of the gateway. @throws Refusal 502, 504 */
    private function call(string $name, array $fields): array
    {
        $fields = ['mchId' => $this->settings['mchId']] + $fields;
        $fields['sign'] = Signature::of($fields, $this->settings['merchantKey']);
        $curl = curl_init("{$this->settings['gateway']}/v3/$name");
        curl_setopt_array($curl, [
            CURLOPT_POSTFIELDS => json_encode($fields, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR),
            CURLOPT_HTTPHEADER => ['Content-Type: application/json;charset=UTF-8'],
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 15,
        ]);
        $text = curl_exec($curl);
        $status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        if ($text === false) {
            throw new Refusal('IOTPay could not be reached.', curl_errno($curl) === CURLE_OPERATION_TIMEDOUT ? 504 : 502);
        }
        $answer = json_decode($text, true, 32, JSON_BIGINT_AS_STRING);
        if ($status !== 200 || !is_array($answer) || !isset($answer['retCode'])) {
            throw new Refusal("IOTPay answered what is no answer (HTTP $status).", 502);
        }
        if ($answer['retCode'] !== 'SUCCESS') {
            throw new GatewayRefusal('IOTPay refused: ' . (string) ($answer['retMsg'] ?? ''), 502);
        }
        return (array) ($answer['retData'] ?? []);
    }

    private function attempts(string $id): array
    {
        return $this->rows('select * from iotpay_attempt where order_id = ? order by made, number', [$id]);
    }

    private function isPaid(array $attempt): bool
    {
        return $attempt['status'] == 2 || $attempt['status'] == 3;
    }

    /** Time first, so that numbers sort as they were made; then 50 random bits. At most 30 characters. */
    private function newNumber(): string
    {
        return sprintf('%014d%s', (int) (microtime(true) * 1000), bin2hex(random_bytes(7)));
    }

    /** Holds the order's row while `$work` runs. Its writes must stay when it throws: they say what was asked for. */
    private function locked(string $id, \Closure $work): array
    {
        $driver = $this->db->getAttribute(\PDO::ATTR_DRIVER_NAME);
        $name = hash('sha256', $id);
        $file = null;
        if ($driver === 'pgsql') {
            $this->rows('select pg_advisory_lock(hashtext(?))', [$name]);
        } elseif ($driver === 'mysql') {
            [['got' => $got]] = $this->rows('select get_lock(?, 30) as got', [$name]);
            if ((int) $got !== 1) {
                throw new Refusal('Another request is making a form of this order.', 503);
            }
        } else {
            $file = fopen(sys_get_temp_dir() . '/iotpay-' . hash('sha256', __DIR__ . $id) . '.lock', 'c');
            if (!$file || !flock($file, LOCK_EX)) {
                throw new \RuntimeException('The folder for temporary files gives no lock.');
            }
        }
        try {
            return $work();
        } finally {
            if ($driver === 'pgsql') {
                $this->rows('select pg_advisory_unlock(hashtext(?))', [$name]);
            } elseif ($driver === 'mysql') {
                $this->rows('select release_lock(?)', [$name]);
            } else {
                fclose($file);
            }
        }
    }

    private function rows(string $sql, array $values): array
    {
        $statement = $this->db->prepare($sql);
        $statement->execute($values);
        return $statement->fetchAll(\PDO::FETCH_ASSOC);
    }

    private function run(string $sql, array $values): int
    {
        $statement = $this->db->prepare($sql);
        $statement->execute($values);
        return $statement->rowCount();
    }

    /** Inserts what may be there already. */
    private function insert(string $sql, array $values): void
    {
        try {
            $this->run($sql, $values);
        } catch (\PDOException $error) {
            // 23…: it is there. Everything else is a failure of the database.
            if (!str_starts_with((string) $error->getCode(), '23')) {
                throw $error;
            }
        }
    }
}
