#pragma once

#include <vector>

#include "backend/connection.hpp"

namespace gm2m::relation {

/// One execution per element of the lists among `parameters`; the others stay the same.
class ListRows final : public backend::RowSource {
public:
    explicit ListRows(std::span<const backend::Parameter> parameters) : parameters_(parameters) {
        for (const backend::Parameter& parameter : parameters)
            if (parameter.list)
                rows_ = parameter.list->size();
    }
    std::size_t rows() const override { return rows_; }
    void bind(std::size_t row, std::span<backend::Parameter> bound) override {
        for (std::size_t i = 0; i < bound.size(); ++i) {
            const backend::Parameter& parameter = parameters_[i];
            bound[i] = parameter.list ? backend::Parameter(parameter.kind, (*parameter.list)[row]) : parameter;
        }
    }

private:
    std::span<const backend::Parameter> parameters_;
    std::size_t rows_ = 0;
};

/// A statement that writes links whose source, content type and key are given, some of them as lists: in the way that
/// suits the engine. Its sink gets the links that changed, as rows of `columns`; or row by row, how many rows each
/// execution changed.
class LinkWrite {
public:
    LinkWrite(const backend::Dialect& dialect, const std::string& sql, std::vector<backend::Parameter> parameters,
              std::span<const Kind> columns, backend::ResultSink& sink)
        : sql_(sql), parameters_(std::move(parameters)), rows_(parameters_), columns_(columns), sink_(sink),
          row_by_row_(dialect.writes_row_by_row()) {}
    LinkWrite(const LinkWrite&) = delete;
    LinkWrite& operator=(const LinkWrite&) = delete;

    backend::Request request() {
        if (row_by_row_)
            return {.sql = &sql_, .sink = &sink_, .source = &rows_, .parameters_per_row = parameters_.size()};
        return {.sql = &sql_, .parameters = parameters_, .columns = columns_, .sink = &sink_};
    }

private:
    const std::string& sql_;
    std::vector<backend::Parameter> parameters_;
    ListRows rows_;
    std::span<const Kind> columns_;
    backend::ResultSink& sink_;
    bool row_by_row_;
};

}  // namespace gm2m::relation
