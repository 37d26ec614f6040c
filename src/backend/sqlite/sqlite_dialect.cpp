#include <fmt/format.h>

#include "backend/dialect.hpp"

namespace gm2m::backend {
namespace {

enum class Affinity { integer, text, none, real, numeric };

Affinity affinity_of(std::string_view type) {
    const auto has = [&](std::string_view part) { return type.find(part) != std::string_view::npos; };
    if (has("int"))
        return Affinity::integer;
    if (has("char") || has("clob") || has("text"))
        return Affinity::text;
    if (type.empty() || has("blob"))
        return Affinity::none;
    return has("real") || has("floa") || has("doub") ? Affinity::real : Affinity::numeric;
}

class SqliteDialect final : public Dialect {
public:
    std::string_view name() const noexcept override { return "sqlite3"; }

    std::string parameter(std::size_t n) const override { return "?" + std::to_string(n); }

    // The types that Django's backend declares; their affinities are what matters.
    std::string column_type(Kind kind, std::size_t max_length, int max_digits, int) const override {
        switch (kind) {
            case Kind::boolean: return "bool";
            case Kind::small_integer: return "smallint";
            case Kind::integer: return "integer";
            case Kind::big_integer: return "bigint";
            case Kind::real: return "real";
            case Kind::text: return max_length ? fmt::format("varchar({})", max_length) : "text";
            // Numeric affinity would keep 15 digits of a longer number and drop the rest.
            case Kind::decimal: return max_digits <= 15 ? "decimal" : "text";
            case Kind::bytes: return "BLOB";
            case Kind::uuid: return "char(32)";
            case Kind::date: return "date";
            case Kind::time: return "time";
            case Kind::date_time: return "datetime";
            case Kind::json: return "text";
        }
        return "";
    }

    // AUTOINCREMENT: a key that was deleted is never given again, so that a forgotten link cannot come to mean
    // another object.
    std::string generated_key(Kind) const override { return "integer NOT NULL PRIMARY KEY AUTOINCREMENT"; }

    std::string_view clustered_by_key() const noexcept override { return " WITHOUT ROWID"; }
    std::string table_exists() const override {
        return "SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND '\"' || replace(name, '\"', '\"\"') || "
               "'\"' = ?1";
    }
    std::string add_foreign_key(std::string_view, std::string_view, std::string_view, std::string_view) const override {
        return "";
    }
    std::vector<std::string> create_trigger(const Trigger& trigger) const override { return {trigger_text(trigger)}; }
    // The engine keeps the text as it is written.
    std::string trigger_text(const Trigger& trigger) const override {
        return fmt::format("CREATE TRIGGER {} {} DELETE ON {} FOR EACH ROW BEGIN DELETE FROM {} WHERE {}; END",
                           quote(trigger.name), trigger.before ? "BEFORE" : "AFTER", trigger.table, trigger.links,
                           trigger.condition);
    }
    // All are in one place, wherever the table is.
    std::string find_triggers() const override {
        return "SELECT name, '\"' || replace(name, '\"', '\"\"') || '\"', sql FROM sqlite_master "
               "WHERE type = 'trigger' AND substr(name, 1, length(?1)) = ?1 AND ?2 <> ''";
    }
    std::string drop_trigger(std::string_view name) const override {
        return fmt::format("DROP TRIGGER IF EXISTS {}", name);
    }
    // No other name of a table is allowed in a trigger, and it means the one in the trigger's own file.
    std::string schema_of_table() const override { return ""; }
    std::string describe_columns() const override {
        return "SELECT name, lower(type), CASE WHEN pk > 0 THEN 0 WHEN (SELECT m.type = 'view' FROM sqlite_master AS m "
               "WHERE m.name = ?1 COLLATE NOCASE AND m.type IN ('table', 'view')) THEN NULL ELSE 1 - \"notnull\" END, "
               "pk "
               "FROM pragma_table_info(?1)";
    }
    std::string describe_indexes() const override {
        return "SELECT l.seq, l.\"unique\", i.name FROM pragma_index_list(?1) AS l, pragma_index_info(l.name) AS i "
               "WHERE NOT l.partial ORDER BY l.seq, i.seqno";
    }
    // By the affinity of the column, which converts what is written: https://www.sqlite.org/datatype3.html
    bool is_suitable(std::string_view type, Kind kind) const override {
        const Affinity affinity = affinity_of(type);
        if (affinity == Affinity::none || kind == Kind::bytes)
            return true;
        switch (kind) {
            case Kind::boolean:
            case Kind::small_integer:
            case Kind::integer:
            case Kind::big_integer: return affinity == Affinity::integer || affinity == Affinity::numeric;
            case Kind::real: return affinity != Affinity::text;
            case Kind::decimal: return affinity != Affinity::integer;
            case Kind::date:
            case Kind::time:
            case Kind::date_time: return affinity == Affinity::text || affinity == Affinity::numeric;
            // With hyphens, which take 36 characters, a key is read and not found again.
            case Kind::uuid: return affinity == Affinity::text && type.find("(36)") == std::string_view::npos;
            default: return affinity == Affinity::text;
        }
    }
    bool ignores_case_of_names() const noexcept override { return true; }
    std::string lock_schema() const override { return ""; }

    std::string key_from_text(std::string_view text, Kind kind) const override {
        switch (kind) {
            case Kind::uuid: return fmt::format("replace({}, '-', '')", text);
            case Kind::date_time:
                return fmt::format("CASE WHEN {0} LIKE '%+00:00' THEN substr({0}, 1, length({0}) - 6) END", text);
            // The comparison with an integer key reads the text as a number by itself: '5', but '05' too, which is no
            // key's text and which nobody writes. A test for it would cost more than the seek.
            default: return std::string(text);
        }
    }
    std::string key_to_text(std::string_view key, Kind kind) const override {
        switch (kind) {
            case Kind::small_integer:
            case Kind::integer:
            case Kind::big_integer: return fmt::format("CAST({} AS TEXT)", key);
            case Kind::uuid:
                return fmt::format(
                    "substr({0}, 1, 8) || '-' || substr({0}, 9, 4) || '-' || substr({0}, 13, 4) || '-' || "
                    "substr({0}, 17, 4) || '-' || substr({0}, 21)",
                    key);
            case Kind::date_time: return fmt::format("{} || '+00:00'", key);
            default: return std::string(key);
        }
    }

    // LIKE ignores case, GLOB does not; both can use an index on a fixed beginning.
    std::string match_text(std::string_view column, Match match, bool ignore_case, std::string_view text,
                           const std::function<std::string(std::string)>& bind) const override {
        if (match == Match::regex)
            return fmt::format("gm2m_regexp({}, {})", bind(std::string(text)), column);
        std::string pattern;
        if (ignore_case) {
            pattern = escaped(text, "%_\\", '\\');
        } else {
            for (const char c : text)
                pattern += c == '*' || c == '?' || c == '[' ? fmt::format("[{}]", c) : std::string(1, c);
        }
        const char* any = ignore_case ? "%" : "*";
        if (match == Match::contains || match == Match::ends)
            pattern = fmt::format("{}{}", any, pattern);
        if (match == Match::contains || match == Match::starts)
            pattern += any;
        return ignore_case ? fmt::format("{} LIKE {} ESCAPE '\\'", column, bind(pattern))
                           : fmt::format("{} GLOB {}", column, bind(pattern));
    }
    std::string order_suffix(bool descending, bool nulls_first) const override {
        // Without the clause NULL is the least of all values, and an index serves the order.
        return descending == !nulls_first
                   ? (descending ? " DESC" : "")
                   : fmt::format("{} NULLS {}", descending ? " DESC" : "", nulls_first ? "FIRST" : "LAST");
    }

    std::string_view in_byte_order(Kind) const noexcept override { return ""; }

    std::string_view no_limit() const noexcept override { return "-1"; }

    std::string in_list(std::string_view expression, std::size_t n, Kind) const override {
        return fmt::format("{} IN (SELECT value FROM gm2m_list(?{}))", expression, n);
    }
    std::string in_range(std::string_view expression, std::size_t n) const override {
        return fmt::format("{0} BETWEEN ?{1} AND ?{2} AND typeof({0}) = 'integer'", expression, n, n + 1);
    }

    std::string rows_of(std::span<const ListColumn> lists, std::string_view alias, Rows) const override {
        return fmt::format("(SELECT value AS {} FROM gm2m_list(?{})) AS {}", lists.front().name,
                           lists.front().parameter, alias);
    }

    std::string list_of(std::string_view, Kind) const override { return ""; }
    std::string placed_rows_of(std::size_t n, Kind, std::string_view alias) const override {
        return fmt::format("(SELECT key AS place, value FROM gm2m_list(?{})) AS {}", n, alias);
    }
    std::int64_t first_place() const noexcept override { return 0; }
    std::string list_size(std::size_t n, Kind) const override {
        return fmt::format("(SELECT count(*) FROM gm2m_list(?{}))", n);
    }

    // Reads the list once, in its order, and seeks each key: faster than IN, which sorts the list first.
    std::string select_by_keys(std::string_view columns, std::string_view table, std::string_view key, Kind,
                               std::string_view joins) const override {
        return fmt::format("SELECT {} FROM gm2m_list(?1) AS k CROSS JOIN {} AS t ON t.{} = k.value{}", columns, table,
                           key, joins);
    }

    // CROSS JOIN keeps the tables in this order.
    std::string join_by_key(std::string_view table, std::string_view key, std::string_view value,
                            std::string_view alias) const override {
        return fmt::format("CROSS JOIN {} AS {} ON {}.{} = {}", table, alias, alias, key, value);
    }

    bool writes_row_by_row() const noexcept override { return true; }
    bool locks_rows() const noexcept override { return false; }
    bool adds_constraints_later() const noexcept override { return false; }

protected:
    std::size_t name_limit() const noexcept override { return 0; }
};

}  // namespace

const Dialect& sqlite_dialect() {
    static const SqliteDialect dialect;
    return dialect;
}

}  // namespace gm2m::backend
