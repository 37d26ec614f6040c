#pragma once

#include <unordered_map>

#include "relation/link_list.hpp"

namespace gm2m::relation {

/// Whose content types those of links are. May ask the database for one that is new to it.
class ModelsByContentType {
public:
    explicit ModelsByContentType(Context& context) : context_(context) {}

    /// Null if none is registered.
    const Model* find(std::int64_t content_type);

private:
    Context& context_;
    std::unordered_map<std::int64_t, const Model*> models_;
};

/// Collects the links that a write has changed: from rows (content type, key), or from the executions that changed a
/// row of the links given.
class ChangedLinks final : public backend::ResultSink {
public:
    static constexpr Kind columns[] = {Kind::integer, Kind::text};

    explicit ChangedLinks(const LinkList* given = nullptr) : given_(given) {}

    void row(std::span<const ValueView> cells) override { push(cells[0].integer(), cells[1].text()); }
    void executed(std::size_t row, std::size_t affected) override {
        if (affected > 0)
            changed_.push_back(row);
    }
    void push(std::int64_t content_type, std::string_view key) {
        content_types_.push_integer(content_type);
        keys_.push_text(key);
    }

    /// May ask the database for a content type that is new to it.
    std::vector<Reference> references(Context& context) const;

private:
    const LinkList* given_;
    std::vector<std::size_t> changed_;  // of those given
    backend::ValueList content_types_{Kind::integer};
    backend::ValueList keys_{Kind::text};
};

}  // namespace gm2m::relation
