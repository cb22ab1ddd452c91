<?php
declare(strict_types=1);

namespace Iotpay;

/** IOTPay's signature, in both ways of writing the signed text (src/server/WIRE.md, "Signature"). */
final class Signature
{
    /** A request's signature: IOTPay's page. */
    public static function of(array $fields, string $key): string
    {
        return self::digest(self::page($fields), $key);
    }

    /** Whether `sign` is one of the two signatures of these fields. Numbers must be `Number`s, as JSON wrote them. */
    public static function verifies(array $fields, string $key): bool
    {
        $received = $fields['sign'] ?? null;
        if (!is_string($received) || $received === '') {
            return false;
        }
        foreach ([self::page($fields), self::php($fields)] as $parts) {
            if (hash_equals(self::digest($parts, $key), strtoupper($received))) {
                return true;
            }
        }
        return false;
    }

    /** Empty values dropped, ASCII order. */
    public static function page(array $fields): array
    {
        $parts = [];
        foreach ($fields as $name => $value) {
            if ($name === 'sign' || $value === null || $value === '') {
                continue;
            }
            $parts[$name] = match (true) {
                $value === true => 'true',
                $value === false => 'false',
                is_array($value) => 'Array',
                default => (string) $value,
            };
        }
        ksort($parts, SORT_STRING);
        return $parts;
    }

    /** As IOTPay's PHP SDK does it. */
    public static function php(array $fields): array
    {
        $parts = [];
        foreach ($fields as $name => $value) {
            if ($name === 'sign' || $value === '') {
                continue;
            }
            $parts[$name] = match (true) {
                is_array($value) => 'Array',
                $value instanceof Number => $value->asPhpWritesIt(),
                default => (string) $value,
            };
        }
        ksort($parts, SORT_NATURAL | SORT_FLAG_CASE);
        return $parts;
    }

    private static function digest(array $parts, string $key): string
    {
        $text = '';
        foreach ($parts as $name => $value) {
            $text .= "$name=$value&";
        }
        return strtoupper(md5("{$text}key=$key"));
    }
}

/** A number of a JSON text, as it is written: `15.50` and `9007199254740993` do not survive json_decode. */
final class Number
{
    public function __construct(public readonly string $text)
    {
    }

    public function __toString(): string
    {
        return $this->text;
    }

    public function asPhpWritesIt(): string
    {
        $value = json_decode($this->text);
        if (is_int($value)) {
            return (string) $value;
        }
        $precision = ini_set('precision', '14');
        $text = (string) $value;
        ini_set('precision', (string) $precision);
        return $text;
    }

    /** json_decode of an object, with its numbers as `Number`s; null for what is no JSON object. */
    public static function decode(string $json): ?array
    {
        if (!is_object(json_decode($json))) {
            return null;
        }
        // Outside of texts, digits occur in numbers only. Each value is marked, and read again.
        $marked = preg_replace_callback(
            '/"((?:[^"\\\\]|\\\\.)*)"|-?\d[\d.eE+-]*/',
            fn (array $found) => isset($found[1]) ? "\"s{$found[1]}\"" : "\"n{$found[0]}\"",
            $json,
        );
        return self::unmark(json_decode((string) $marked, true));
    }

    private static function unmark(array $values): array
    {
        $plain = [];
        foreach ($values as $name => $value) {
            $plain[is_int($name) ? $name : substr($name, 1)] = match (true) {
                is_array($value) => self::unmark($value),
                is_string($value) => $value[0] === 'n' ? new self(substr($value, 1)) : substr($value, 1),
                default => $value,
            };
        }
        return $plain;
    }
}
