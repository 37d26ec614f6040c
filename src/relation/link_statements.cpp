#include "relation/link_statements.hpp"

#include <fmt/format.h>

#include "query/model_statements.hpp"

namespace gm2m::relation {
namespace {

using backend::Dialect;
using ListColumn = Dialect::ListColumn;
using fmt::format;

/// The names in a join table's statements, quoted.
struct Names {
    Names(const Dialect& dialect, const schema::JoinTable& join)
        : table(dialect.table(join.name)),
          source(dialect.quote(join.source_column)),
          content_type(dialect.quote(join.content_type_column)),
          key(dialect.quote(join.key_column)),
          order(join.layout == Layout::compact ? format("{}, {}", content_type, key) : dialect.quote(join.id_column)),
          source_table(dialect.table(join.source->table())),
          source_key(dialect.quote(join.source->primary_key().column())),
          source_kind(join.source->primary_key().kind()) {}

    std::string triple() const { return format("{}, {}, {}", source, content_type, key); }

    std::string table, source, content_type, key, order;
    std::string source_table, source_key;
    Kind source_kind;
};

/// Where statements cost nothing to repeat: one execution per link.
void write_row_by_row(LinkStatements& sql, const Names& n) {
    sql.add =
        format("INSERT INTO {} ({}) VALUES (?1, ?2, ?3) ON CONFLICT ({}) DO NOTHING", n.table, n.triple(), n.triple());
    sql.remove =
        format("DELETE FROM {} WHERE {} = ?1 AND {} = ?2 AND {} = ?3", n.table, n.source, n.content_type, n.key);
    sql.clear = format("DELETE FROM {} WHERE {} = ?1", n.table, n.source);
    sql.remove_all = format("{} RETURNING {}, {}", sql.clear, n.content_type, n.key);
    // Any statement that writes locks the database, though it finds no row to change.
    sql.lock_source = format("DELETE FROM {} WHERE {} = ?1 AND 0", n.table, n.source);
}

/// Where each statement is a round trip: lists in one parameter. Whoever writes links of a source locks the source's
/// row first: so callers wait for one another instead of for a deadlock, and a statement that follows the lock sees
/// what those before have done. (BEHAVIOUR 2.12)
void write_lists(LinkStatements& sql, const Names& n, const Dialect& dialect) {
    const std::string lock = format("WITH locked AS MATERIALIZED (SELECT {} FROM {} WHERE {} = $1 FOR NO KEY UPDATE) ",
                                    n.source_key, n.source_table, n.source_key);
    // True, but only known once the lock is held: it stands before the first row is touched.
    const std::string locked = "(SELECT count(*) FROM locked) >= 0";
    const ListColumn link_lists[] = {{2, Kind::integer, "ct"}, {3, Kind::text, "pk"}};
    const std::string links = dialect.rows_of(link_lists, "k");
    const std::string insert = format("INSERT INTO {} ({}) ", n.table, n.triple());
    const std::string skip = format(" ON CONFLICT ({}) DO NOTHING RETURNING ", n.triple());
    const std::string link = format("{}, {}", n.content_type, n.key);

    sql.add = format("{}{}SELECT $1, k.ct, k.pk FROM {} WHERE {}{}{}", lock, insert, links, locked, skip, link);
    const std::string remove_given =
        format("DELETE FROM {} AS l USING {} WHERE l.{} = $1 AND l.{} = k.ct AND l.{} = k.pk", n.table, links, n.source,
               n.content_type, n.key);
    const std::string returned = format(" RETURNING l.{}, l.{}", n.content_type, n.key);
    sql.remove = format("{}{} AND {}{}", lock, remove_given, locked, returned);
    sql.clear = format("{}DELETE FROM {} WHERE {} = $1 AND {}", lock, n.table, n.source, locked);
    // NOT EXISTS became a nested loop.
    sql.remove_others =
        format("DELETE FROM {} AS l WHERE l.{} = $1 AND (l.{}, l.{}) NOT IN (SELECT k.ct, k.pk FROM {}){}", n.table,
               n.source, n.content_type, n.key, dialect.rows_of(link_lists, "k", true), returned);
    sql.lock_source = format("SELECT 1 FROM {} WHERE {} = $1 FOR NO KEY UPDATE", n.source_table, n.source_key);
    sql.toggle = format(
        "WITH removed AS ({}{}), added AS ({}SELECT $1, k.ct, k.pk FROM {} WHERE NOT EXISTS (SELECT FROM removed AS r "
        "WHERE r.{} = k.ct AND r.{} = k.pk){}{}) "
        "SELECT 0, {}, {} FROM removed UNION ALL SELECT 1, {}, {} FROM added",
        remove_given, returned, insert, links, n.content_type, n.key, skip, link, n.content_type, n.key, n.content_type,
        n.key);
}

/// From each content type the next one is sought: DISTINCT would read all links.
std::string content_types(const Names& n, const std::string& types) {
    const std::string next = format("SELECT min({}) FROM {} WHERE {} = ?1", n.content_type, n.table, n.source);
    return format("WITH RECURSIVE present ({}) AS ({} UNION ALL SELECT ({} AND {} > present.{}) FROM present "
                  "WHERE present.{} IS NOT NULL) SELECT {} FROM present WHERE {} IS NOT NULL{}",
                  n.content_type, next, next, n.content_type, n.content_type, n.content_type, n.content_type,
                  n.content_type, types);
}

LinkStatements::Read reads(const Names& n, const Dialect& dialect, const std::string& types) {
    const std::string links = format("FROM {} WHERE {} = {}{}", n.table, n.source, dialect.parameter(1), types);
    return {format("SELECT {}, {} {} ORDER BY {}", n.content_type, n.key, links, n.order),
            format("SELECT count(*) {}", links), format("SELECT EXISTS (SELECT 1 {})", links),
            format("SELECT {}, count(*) {} GROUP BY {} ORDER BY {}", n.content_type, links, n.content_type,
                   n.content_type),
            dialect.writes_row_by_row() ? content_types(n, types) : ""};
}

LinkStatements generate(Context& context, const GM2MField& field) {
    const Dialect& dialect = context.connection.dialect();
    const schema::JoinTable join = schema::join_table_of(field);
    const Names n(dialect, join);
    LinkStatements sql;
    if (dialect.writes_row_by_row())
        write_row_by_row(sql, n);
    else
        write_lists(sql, n, dialect);

    sql.of_all_models = reads(n, dialect, "");
    sql.of_some_models = reads(n, dialect, " AND " + dialect.in_list(n.content_type, 2, Kind::integer));
    sql.look =
        format("SELECT {}, {} FROM {} WHERE {} = {}", n.content_type, n.key, n.table, n.source, dialect.parameter(1));
    sql.contains = format("SELECT EXISTS (SELECT 1 FROM {} WHERE {} = {} AND {} = {} AND {} = {})", n.table, n.source,
                          dialect.parameter(1), n.content_type, dialect.parameter(2), n.key, dialect.parameter(3));

    // The order of linking is restored here, a source at a time; the engine would sort all links at once.
    const bool compact = join.layout == Layout::compact;
    sql.keeps_order = !compact;
    sql.of_many_sources = format("SELECT l.{}, l.{}, l.{}{} FROM {} AS l WHERE {}{}", n.source, n.content_type, n.key,
                                 compact ? "" : ", l." + dialect.quote(join.id_column), n.table,
                                 dialect.in_list("l." + n.source, 1, n.source_kind),
                                 compact ? format(" ORDER BY l.{}, l.{}, l.{}", n.source, n.content_type, n.key) : "");

    const std::string content_types = dialect.table(context.content_types.table());
    sql.occurring = format("SELECT c.id FROM {} AS c WHERE EXISTS (SELECT 1 FROM {} AS l WHERE l.{} = c.id)",
                           content_types, n.table, n.content_type);
    sql.remove_content_type = format("DELETE FROM {} WHERE {} = {}", n.table, n.content_type, dialect.parameter(1));
    return sql;
}

}  // namespace

const LinkStatements& LinkStatements::of(Context& context, const GM2MField& field) {
    return context.cached<LinkStatements>(&field.data(), [&] { return generate(context, field); });
}

}  // namespace gm2m::relation
