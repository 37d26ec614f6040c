#pragma once

#include <memory>

#include "query/query_state.hpp"
#include "query/sql_writer.hpp"

namespace gm2m::query {

struct FetchText;

/// The statement that fetches the objects of a query. Its text is written once for all queries that differ in nothing
/// but the values with which fields are compared, until the registry changes.
class FetchStatement {
public:
    /// Throws as QueryCompiler does.
    FetchStatement(Context& context, const detail::QueryState& state);
    FetchStatement(const FetchStatement&) = delete;
    FetchStatement& operator=(const FetchStatement&) = delete;

    /// Refers to this.
    backend::Request request(backend::ResultSink* sink) const;

private:
    SqlWriter values_;
    std::shared_ptr<const FetchText> text_;
};

}  // namespace gm2m::query
