#pragma once

#include <deque>
#include <string>

#include "backend/connection.hpp"

namespace gm2m::query {

/// The parameters of a statement that is being written: values go in, placeholders come out.
class SqlWriter {
public:
    explicit SqlWriter(const backend::Dialect& dialect) : dialect_(dialect) {}

    const backend::Dialect& dialect() const noexcept { return dialect_; }

    /// Binds a value; returns its placeholder.
    std::string bind(Value value) {
        const Value& kept = values_.emplace_back(std::move(value));
        parameters_.emplace_back(kept.is_null() ? Kind::text : kept.kind(), kept.view());
        return dialect_.parameter(parameters_.size());
    }
    /// Binds a list; returns the number of its parameter.
    std::size_t bind(backend::ValueList list) {
        parameters_.emplace_back(lists_.emplace_back(std::move(list)));
        return parameters_.size();
    }
    /// A new alias for a table: t0, t1….
    std::string alias() { return "t" + std::to_string(aliases_++); }

    std::span<const backend::Parameter> parameters() const noexcept { return parameters_; }

private:
    const backend::Dialect& dialect_;
    std::deque<Value> values_;
    std::deque<backend::ValueList> lists_;
    std::vector<backend::Parameter> parameters_;
    std::size_t aliases_ = 0;
};

}  // namespace gm2m::query
