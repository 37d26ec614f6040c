#pragma once

#include <algorithm>

#include "support/cinema.hpp"

namespace gm2m::test {

/// Countries, their authors and their books, for queries: text, numbers, what is missing, foreign keys over two hops.
class LibraryTest : public testing::TestWithParam<Configuration> {
protected:
    LibraryTest();

    Object book(const std::string& title, int pages, const Value& author, const Value& year = {},
                const std::string& price = "1.00");
    QuerySet query(std::string_view label) { return db.query(label); }
    QuerySet books() { return db.query("library.Book"); }
    const Model& books_model() { return models["library.Book"]; }
    static Operand nullptr_value() { return Value(); }

    /// The field of each object, sorted or as they came.
    static std::string join(const std::vector<Object>& objects, const char* field, bool sorted);
    static std::string titles(const QuerySet& query) { return join(query.fetch(), "title", true); }
    static std::string in_order(const QuerySet& query) { return join(query.fetch(), "title", false); }
    static std::string names(const QuerySet& query) { return join(query.fetch(), "name", true); }

    ScratchDatabase scratch{GetParam().engine};
    Registry models;
    Database db = Database::open(models, scratch.url());
    Object eliot;
};

/// Engines and kinds of models, in the standard layout.
std::vector<Configuration> engine_and_model_configurations();

}  // namespace gm2m::test
