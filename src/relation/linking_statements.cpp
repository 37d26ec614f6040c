#include "relation/linking_statements.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "relation/link_names.hpp"

namespace gm2m::relation {
namespace {

using backend::Dialect;
using fmt::format;

/// Usually a program links few sets of models; one that links ever others does not keep them all.
constexpr std::size_t most_kept = 64;

class Generator {
public:
    Generator(Context& context, const GM2MField& field, LinkingStatements& out)
        : context_(context),
          dialect_(context.connection.dialect()),
          n_(dialect_, schema::join_table_of(field)),
          out_(out) {}

    void generate() { dialect_.writes_row_by_row() ? write_row_by_row() : write_lists(); }

private:
    /// The target's table and key as they stand in a statement.
    struct Target {
        std::string table, key;
        Kind kind;
    };
    Target target(std::size_t i) const {
        const Model& model = *out_.models[i].model;
        return {context_.table_of(model), dialect_.quote(model.primary_key().column()), model.primary_key().kind()};
    }

    /// One execution per link, by a writer who has the database to itself.
    void write_row_by_row() {
        std::string keys;
        for (std::size_t i = 0; i < out_.models.size(); ++i) {
            const Target t = target(i);
            keys += format(" WHEN {} THEN (SELECT ?3 FROM {} WHERE {} = {})", out_.models[i].content_type, t.table,
                           t.key, dialect_.key_from_text("?3", t.kind));
        }
        out_.add = format("INSERT INTO {} ({}) VALUES (?1, ?2, CASE ?2{} END) ON CONFLICT ({}) DO NOTHING", n_.table,
                          n_.triple(), keys, n_.triple());
    }

    /// The source is locked first, then the targets by model and key, then links are touched: so callers wait for one
    /// another, and for who deletes targets in that order, instead of for a deadlock.
    void write_lists() {
        for (std::size_t i = 0; i < out_.models.size(); ++i)
            out_.locks.push_back(format("SELECT 1 {}", rows(target(i), 1, "")));
        out_.add = format("WITH {} {}", targets_are_there(n_.lock_source("1"), false), insert(links()));
        // Link by link, however many the source has; set goes through all of them anyway, which is faster.
        const std::string is_given =
            format("l.{} = $1 AND l.{} = k.ct AND l.{} = k.pk", n_.source, n_.content_type, n_.key);
        out_.toggle = change(
            format("gm2m_linked AS MATERIALIZED (SELECT k.ct, k.pk FROM {} CROSS JOIN {} AS l WHERE {}), gm2m_fresh AS "
                   "MATERIALIZED (SELECT k.ct, k.pk FROM {} WHERE (k.ct, k.pk) NOT IN (SELECT l.ct, l.pk FROM "
                   "gm2m_linked AS l))",
                   links(Dialect::Rows::of_any_length), n_.table, is_given, links()),
            format(" USING {} WHERE {}", links(), is_given));
        // A full join is one by hash, or by merging. What it finds on both sides, or as a link alone, is none of these.
        out_.set =
            change(format("gm2m_fresh AS MATERIALIZED (SELECT k.ct, k.pk FROM (SELECT l.{} AS ct, l.{} AS pk, true "
                          "AS is_link FROM {} AS l WHERE l.{} = $1) AS l FULL JOIN {} ON l.ct = k.ct AND l.pk = "
                          "k.pk WHERE l.is_link IS NULL ORDER BY k.place)",
                          n_.content_type, n_.key, n_.table, n_.source, links(Dialect::Rows::placed)),
                   format(" WHERE l.{} = $1 AND (l.{}, l.{}) NOT IN (SELECT k.ct, k.pk FROM {})", n_.source,
                          n_.content_type, n_.key, links(Dialect::Rows::of_any_length)));
    }

    std::string links(Dialect::Rows rows = Dialect::Rows::plain) const {
        const Dialect::ListColumn lists[] = {{2, Kind::integer, "ct"}, {3, Kind::text, "pk"}};
        return dialect_.rows_of(lists, "k", rows);
    }
    /// The rows of a target's model whose keys are in list `parameter`, locked in their order.
    std::string rows(const Target& t, std::size_t parameter, const std::string& condition) const {
        return format("FROM {} AS t WHERE {}{} ORDER BY t.{}{} FOR KEY SHARE", t.table,
                      dialect_.in_list("t." + t.key, parameter, t.kind), condition, t.key,
                      dialect_.in_byte_order(t.kind));
    }
    /// A CTE that locks what `first` selects, if that is given, and then model by model the targets: all given, or
    /// those in gm2m_fresh. One row, true if all targets are there. CASE, which has its conditions computed in turn,
    /// keeps the order.
    std::string targets_are_there(const std::string& first, bool fresh) const {
        const auto count = [](const std::string& select) { return format("(SELECT count(*) FROM {})", select); };
        std::string conditions, ends;
        const auto append = [&](const std::string& condition) {
            conditions += format("CASE WHEN {} THEN ", condition);
            ends += " END";
        };
        if (!first.empty())
            append(count(format("({}) AS s", first)) + " >= 0");
        for (std::size_t i = 0; i < out_.models.size(); ++i) {
            const Target t = target(i);
            const std::string of_model = format("gm2m_fresh AS k WHERE k.ct = {}", out_.models[i].content_type);
            const std::string is_fresh = fresh ? format(" AND CASE WHEN {} IN (SELECT k.pk FROM {}) THEN true END",
                                                        dialect_.key_to_text("t." + t.key, t.kind), of_model)
                                               : "";
            append(format("{} = {}", count(format("(SELECT 1 {}) AS t", rows(t, 4 + i, is_fresh))),
                          fresh ? count(of_model) : dialect_.list_size(4 + i, t.kind)));
        }
        return format("gm2m_targets (are_there) AS MATERIALIZED (SELECT {}true{})", conditions, ends);
    }
    static constexpr const char* are_there = "(SELECT are_there FROM gm2m_targets)";

    std::string insert(const std::string& from) const {
        return format(
            "INSERT INTO {} ({}) SELECT $1, k.ct, CASE WHEN {} THEN k.pk END FROM {} ON CONFLICT ({}) DO "
            "NOTHING RETURNING {}, {}",
            n_.table, n_.triple(), are_there, from, n_.triple(), n_.content_type, n_.key);
    }
    /// Unlinks what `removed` says, and links what is in gm2m_fresh, which the CTEs `found` have last. What is searched
    /// by IN and NOT IN is hashed, however long it is: the planner does not know, and takes it for short. Joins became
    /// nested loops, as IN does unless it is in a CASE. The order of the lists is that of linking. A sign for what has
    /// gone, and no column, is less to keep and send.
    std::string change(const std::string& found, const std::string& removed) const {
        return format(
            "WITH {}, {}, gm2m_removed (ct, pk) AS (DELETE FROM {} AS l{} AND {} RETURNING -l.{}, l.{}), "
            "gm2m_added (ct, pk) AS ({}) SELECT ct, pk FROM gm2m_removed UNION ALL SELECT ct, pk FROM gm2m_added",
            found, targets_are_there("", true), n_.table, removed, are_there, n_.content_type, n_.key,
            insert("gm2m_fresh AS k"));
    }

    Context& context_;
    const Dialect& dialect_;
    const LinkNames n_;
    LinkingStatements& out_;
};

}  // namespace

const LinkingStatements& LinkingStatements::of(Context& context, const GM2MField& field,
                                               const std::vector<TargetModel>& models) {
    using Kept = std::vector<std::unique_ptr<const LinkingStatements>>;
    Kept& kept = *context.cached<std::unique_ptr<Kept>>(&field.data(), [] { return std::make_unique<Kept>(); });
    const auto found = std::ranges::find(kept, models, &LinkingStatements::models);
    if (found != kept.end())
        return **found;
    if (kept.size() == most_kept)
        kept.clear();
    LinkingStatements statements;
    statements.models = models;
    Generator(context, field, statements).generate();
    kept.push_back(std::make_unique<const LinkingStatements>(std::move(statements)));
    return *kept.back();
}

}  // namespace gm2m::relation
