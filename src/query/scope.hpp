#pragma once

#include <map>

#include "query/context.hpp"
#include "query/path.hpp"
#include "query/sql_writer.hpp"

namespace gm2m::query {

/// The table of a model in a FROM clause, and the tables that are joined to it: of its parents, and of what its foreign
/// keys lead to.
class Scope {
public:
    Scope(const Context& context, SqlWriter& writer, const Model& model)
        : context_(context), writer_(writer), model_(model), alias_(writer.alias()) {}

    const Model& model() const noexcept { return model_; }
    const std::string& alias() const noexcept { return alias_; }
    /// The column at the end of hops over foreign keys, whose tables are joined if they are not yet.
    std::string column(std::span<const Hop> hops, const Field& field);
    std::string column(const Field& field) { return column({}, field); }
    /// Whether other tables are joined so far.
    bool has_joins() const noexcept { return !joins_.empty(); }
    /// `"cinema_movie" AS t0 LEFT JOIN …`; to be asked for last.
    std::string from() const;

private:
    /// A row of a model, at the end of a path from the scope's own.
    struct Place {
        const Model* model;
        std::string alias;
        std::vector<const Field*> path;
    };
    std::string column_at(const Place& place, const Field& field);

    const Context& context_;
    SqlWriter& writer_;
    const Model& model_;
    std::string alias_;
    std::map<std::vector<const Field*>, std::string> joined_;
    std::string joins_;
};

}  // namespace gm2m::query
