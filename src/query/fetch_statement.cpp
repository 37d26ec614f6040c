#include "query/fetch_statement.hpp"

#include <algorithm>
#include <unordered_map>

#include "query/query_compiler.hpp"
#include "query/query_shape.hpp"

namespace gm2m::query {

struct FetchText {
    /// The operand of that number in the shape, compared with what the path leads to; or the number of a model.
    struct Parameter {
        ResolvedPath path;
        std::size_t operand;
        const Model* content_type;
    };

    std::string sql;
    std::vector<Kind> kinds;
    std::vector<Parameter> parameters;
};

namespace {

/// Usually a program repeats few queries; one that makes ever others does not keep them all.
constexpr std::size_t most_kept = 64;

struct FetchTexts {
    mutable std::unordered_map<std::string, std::shared_ptr<const FetchText>> by_shape;
};

FetchText write(Context& context, const detail::QueryState& state, SqlWriter& writer) {
    QueryCompiler compiler(context, state, writer);
    compiler.select_objects();
    return {compiler.sql(), {compiler.kinds().begin(), compiler.kinds().end()}, {}};
}

/// Whether it is known where each parameter comes from in any query of the shape, which `text` is told.
bool find_parameters(FetchText& text, const SqlWriter& writer, const QueryShape& shape) {
    for (const ParameterSource& source : writer.sources()) {
        const auto operand = std::ranges::find(shape.operands, source.operand);
        if (operand == shape.operands.end() && !source.content_type)
            return false;
        text.parameters.push_back(
            {source.path, static_cast<std::size_t>(operand - shape.operands.begin()), source.content_type});
    }
    return true;
}

}  // namespace

FetchStatement::FetchStatement(Context& context, const detail::QueryState& state)
    : values_(context.connection.dialect()) {
    const std::optional<QueryShape> shape = QueryShape::of(state);
    if (!shape) {
        text_ = std::make_shared<FetchText>(write(context, state, values_));
        return;
    }
    auto& known = context.cached_for_registry<FetchTexts>(state.model, [] { return FetchTexts(); }).by_shape;
    if (const auto found = known.find(shape->key); found != known.end()) {
        text_ = found->second;
        for (const auto& [path, operand, content_type] : text_->parameters)
            values_.push(content_type ? Value(context.content_types.id_or_none(*content_type))
                                      : fitting(path, nullptr, *shape->operands[operand]));
        return;
    }
    FetchText text = write(context, state, values_);
    const bool is_repeatable = find_parameters(text, values_, *shape);
    text_ = std::make_shared<FetchText>(std::move(text));
    if (!is_repeatable)
        return;
    if (known.size() == most_kept)
        known.clear();
    known.emplace(shape->key, text_);
}

backend::Request FetchStatement::request(backend::ResultSink* sink) const {
    return {.sql = &text_->sql, .parameters = values_.parameters(), .columns = text_->kinds, .sink = sink};
}

}  // namespace gm2m::query
