#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gm2m/gm2m_field.hpp>

namespace gm2m {

/// A relation whose objects are to be loaded along with those of a query: a field, or by name a field or a reverse
/// accessor. `Prefetch(preferred_videos).then("user_set")` goes on from the objects loaded. (BEHAVIOUR 5.1, 5.2)
class Prefetch {
public:
    Prefetch(const GM2MField& relation) : relation_(relation) {}
    Prefetch(std::string_view name) : name_(name) {}
    Prefetch(const char* name) : name_(name) {}
    Prefetch(const std::string& name) : name_(name) {}

    /// Also loads the relation `next` of the objects that this one loads, of those whose model has it.
    Prefetch then(Prefetch next) const {
        Prefetch longer = *this;
        longer.next_.push_back(std::move(next));
        return longer;
    }

    const std::optional<GM2MField>& relation() const noexcept { return relation_; }
    const std::string& name() const noexcept { return name_; }
    const std::vector<Prefetch>& next() const noexcept { return next_; }

private:
    std::optional<GM2MField> relation_;
    std::string name_;
    std::vector<Prefetch> next_;
};

}  // namespace gm2m
