<?php
declare(strict_types=1);

// A thin front controller: php -S 127.0.0.1:8000 index.php
// Its shop takes any order id and one price; a real one looks the order up in its database, and in the visitor's session.
require __DIR__ . '/Checkout.php';

header('Cache-Control: no-store');
$dsn = getenv('DATABASE_DSN') ?: 'sqlite:' . sys_get_temp_dir() . '/iotpay-demo.sqlite';
$db = new PDO($dsn, getenv('DATABASE_USER') ?: null, getenv('DATABASE_PASSWORD') ?: null);
if (str_starts_with($dsn, 'sqlite:')) {
    $db->exec('pragma journal_mode = wal');
    $db->exec('pragma busy_timeout = 10000');
}
$here = getenv('SHOP_ORIGIN') ?: 'http://127.0.0.1:8000';
$checkout = new Iotpay\Checkout(
    $db,
    [
        'mchId' => (string) getenv('IOTPAY_MCH_ID'),
        'merchantKey' => (string) getenv('IOTPAY_MERCHANT_KEY'),
        'loginName' => (string) getenv('IOTPAY_LOGIN_NAME'),
        'gateway' => getenv('IOTPAY_GATEWAY_ORIGIN') ?: 'https://ccapi.iotpaycloud.com',
        'notifyUrl' => "$here/pay/notify",
        'returnUrl' => "$here/thanks",
        'origin' => $here,
    ],
    order: fn (array $data) => is_string($data['orderId'] ?? null) && $data['orderId'] !== '' && strlen($data['orderId']) <= 200
        ? ['id' => $data['orderId'], 'amount' => 1999]
        : null,
    onPaid: fn (string $id) => $db->prepare('insert into shipment (order_id) values (?)')->execute([$id]),
);
if (PHP_SAPI === 'cli') {
    // php index.php: once, when the shop is installed.
    $checkout->createTables();
    $end = str_starts_with($dsn, 'mysql:') ? ' character set utf8mb4 collate utf8mb4_bin' : '';
    $db->exec("create table if not exists shipment (order_id varchar(200) not null)$end");
    exit(0);
}
$path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
try {
    if (basename($path) === 'aged' && getenv('SHOP_TEST') === '1') {
        // For tests only: an order's attempts are as old as if so many seconds had gone by; then the timer runs.
        $db->prepare('update iotpay_attempt set made = made - ? where order_id = ?')->execute([(int) $_GET['seconds'], $_GET['order']]);
        $checkout->reconcile();
        [$status, $type, $body] = [200, 'text/plain', ''];
    } elseif (basename($path) === 'shipped' && getenv('SHOP_TEST') === '1') {
        // For tests only: how often an order was shipped.
        $rows = $db->prepare('select count(*) from shipment where order_id = ?');
        $rows->execute([$_GET['order'] ?? '']);
        [$status, $type, $body] = [200, 'text/plain', (string) $rows->fetchColumn()];
    } else {
        [$status, $type, $body] = $checkout->handle(
            $_SERVER['REQUEST_METHOD'],
            $path,
            getallheaders(),
            (string) file_get_contents('php://input', length: 65537),
            $_SERVER['QUERY_STRING'] ?? '',
        );
    }
} catch (Throwable $error) {
    error_log((string) $error);
    [$status, $type, $body] = [500, 'text/plain', 'FAIL'];
}
http_response_code($status);
header("Content-Type: $type; charset=utf-8");
echo $body;
