#pragma once

#include <list>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "backend/connection.hpp"
#include "query/path.hpp"

namespace gm2m::query {

/// Where the value of a parameter comes from that is another one in another query, if it is one of these: an operand
/// that is compared with what the path leads to, or the number of a model.
struct ParameterSource {
    const Operand* operand = nullptr;
    ResolvedPath path = {};
    const Model* content_type = nullptr;
};

/// The parameters of a statement that is being written: values go in, placeholders come out.
class SqlWriter {
public:
    explicit SqlWriter(const backend::Dialect& dialect) : dialect_(dialect) {}

    const backend::Dialect& dialect() const noexcept { return dialect_; }

    /// Binds a value; returns its placeholder.
    std::string bind(Value value, ParameterSource source = {}) {
        push(std::move(value));
        sources_.push_back(std::move(source));
        return dialect_.parameter(parameters_.size());
    }
    /// Binds a list; returns the number of its parameter.
    std::size_t bind(backend::ValueList list) {
        parameters_.emplace_back(lists_.emplace_back(std::move(list)));
        sources_.emplace_back();
        return parameters_.size();
    }
    /// Binds the next value of a statement that is written already.
    void push(Value value) {
        const Value& kept = values_.emplace_back(std::move(value));
        parameters_.emplace_back(kept.is_null() ? Kind::text : kept.kind(), kept.view());
    }
    /// A new alias for a table: t0, t1….
    std::string alias() { return fmt::format("t{}", aliases_++); }

    std::span<const backend::Parameter> parameters() const noexcept { return parameters_; }
    /// Of the parameters that were bound.
    std::span<const ParameterSource> sources() const noexcept { return sources_; }

private:
    const backend::Dialect& dialect_;
    std::list<Value> values_;
    std::list<backend::ValueList> lists_;
    std::vector<backend::Parameter> parameters_;
    std::vector<ParameterSource> sources_;
    std::size_t aliases_ = 0;
};

}  // namespace gm2m::query
