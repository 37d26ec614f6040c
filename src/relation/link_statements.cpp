#include "relation/link_statements.hpp"

#include <fmt/format.h>

#include "relation/link_names.hpp"

namespace gm2m::relation {
namespace {

using backend::Dialect;
using ListColumn = Dialect::ListColumn;
using fmt::format;

/// Where statements cost nothing to repeat: one execution per link.
void write_row_by_row(LinkStatements& sql, const LinkNames& n) {
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
void write_lists(LinkStatements& sql, const LinkNames& n, const Dialect& dialect) {
    const std::string lock = format("WITH gm2m_locked AS MATERIALIZED ({}) ", n.lock_source(n.source_key));
    // True, but only known once the lock is held: it stands before the first row is touched.
    const std::string locked = "(SELECT count(*) FROM gm2m_locked) >= 0";
    const ListColumn link_lists[] = {{2, Kind::integer, "ct"}, {3, Kind::text, "pk"}};
    sql.remove = format(
        "{}DELETE FROM {} AS l USING {} WHERE l.{} = $1 AND l.{} = k.ct AND l.{} = k.pk AND {} RETURNING l.{}, l.{}",
        lock, n.table, dialect.rows_of(link_lists, "k"), n.source, n.content_type, n.key, locked, n.content_type,
        n.key);
    sql.clear = format("{}DELETE FROM {} WHERE {} = $1 AND {}", lock, n.table, n.source, locked);
    sql.lock_source = n.lock_source("1");
}

/// From each content type the next one is sought: DISTINCT would read all links.
std::string content_types(const LinkNames& n, const std::string& types) {
    const std::string next = format("SELECT min({}) FROM {} WHERE {} = ?1", n.content_type, n.table, n.source);
    return format(
        "WITH RECURSIVE gm2m_present ({}) AS ({} UNION ALL SELECT ({} AND {} > gm2m_present.{}) FROM gm2m_present "
        "WHERE gm2m_present.{} IS NOT NULL) SELECT {} FROM gm2m_present WHERE {} IS NOT NULL{}",
        n.content_type, next, next, n.content_type, n.content_type, n.content_type, n.content_type, n.content_type,
        types);
}

LinkStatements::Read reads(const LinkNames& n, const Dialect& dialect, const std::string& types) {
    const std::string links =
        format("FROM {} WHERE {} = {}{}{}", n.table, n.source, dialect.parameter(1), types, n.and_is_link);
    return {format("SELECT {}, {} {} ORDER BY {}", n.content_type, n.key, links, n.order),
            format("SELECT count(*) {}", links), format("SELECT EXISTS (SELECT 1 {})", links),
            format("SELECT {}, count(*) {} GROUP BY {} ORDER BY {}", n.content_type, links, n.content_type,
                   n.content_type),
            dialect.writes_row_by_row() ? content_types(n, types) : ""};
}

void read_many(LinkStatements& sql, const LinkNames& n, const Dialect& dialect, const schema::JoinTable& join) {
    sql.is_numbered = join.is_numbered();
    sql.has_ordering = !join.ordering.empty();
    const std::string links =
        format("FROM {} AS l WHERE {}", n.table, dialect.in_list("l." + n.source, 1, n.source_kind));
    const std::string order = format("l.{}, {}", n.source, link_order(dialect, join, "l."));
    // The order of linking is restored here, a source at a time; the engine would sort all links at once.
    if (sql.is_numbered)
        sql.of_many_sources = format("SELECT l.{}, l.{}, l.{}, l.{} {}", n.source, n.content_type, n.key,
                                     dialect.quote(join.id_column), links);
    else
        sql.of_many_sources =
            format("SELECT l.{}, l.{}, l.{} {} ORDER BY {}", n.source, n.content_type, n.key, links, order);
    if (dialect.writes_row_by_row() || join.is_ordered())
        return;
    // They come from an index as they are to be, and what a row costs on its way is more than what its cells do.
    sql.of_many_sources =
        format("SELECT l.{0}, l.{1}, {2} FROM ({3}) AS l GROUP BY l.{0}, l.{1} ORDER BY l.{0}, l.{1}", n.source,
               n.content_type, dialect.list_of("l." + n.key, Kind::text), sql.of_many_sources);
    sql.of_many_sources_has_lists = true;
}

LinkStatements generate(Context& context, const GM2MField& field) {
    const Dialect& dialect = context.connection.dialect();
    const schema::JoinTable join = schema::join_table_of(field);
    const LinkNames n(dialect, join);
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

    read_many(sql, n, dialect, join);
    sql.may_repeat = join.through != nullptr;

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
