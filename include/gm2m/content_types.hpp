#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gm2m/registry.hpp>

namespace gm2m {

/// A row of the content type table: the number of a model in one database. (BEHAVIOUR 1.4)
struct ContentType {
    int id = 0;
    std::string app_label;
    /// The model's name in lower case.
    std::string model;
    /// Null if no model of that name is registered, or it is abstract or swapped out: the content type is stale, or
    /// another program's.
    const Model* registered = nullptr;

    friend bool operator==(const ContentType&, const ContentType&) = default;
};

namespace detail {
class ContentTypeStore;
}

/// The content types of a database. What is looked up is remembered; what a transaction creates is forgotten again
/// if it rolls back. Belongs to its Database and is used on the same thread.
class ContentTypes {
public:
    /// The content type of a model, created if it is not there, race-free between threads and processes. A proxy has
    /// that of its concrete model, unless `for_concrete_model` is false. (BEHAVIOUR 1.4)
    ContentType get_for_model(const Model& model, bool for_concrete_model = true);
    ContentType get_for_model(std::string_view label, bool for_concrete_model = true);
    template <class T>
    ContentType get_for_model(bool for_concrete_model = true) {
        return get_for_model(registry().get<T>(), for_concrete_model);
    }
    /// Throws DoesNotExist.
    ContentType get_for_id(int id);
    /// By app label and lower-case model name. Throws DoesNotExist.
    ContentType get_by_natural_key(std::string_view app_label, std::string_view model);
    /// All of the table, by id; asks the database. One statement.
    std::vector<ContentType> all();
    /// Those whose model no longer exists, in the apps that have a model in this registry; with `of_unknown_apps`
    /// also those of apps that have none, which may well be another program's. (BEHAVIOUR 1.5)
    std::vector<ContentType> stale(bool of_unknown_apps = false);
    /// Forgets everything; the next look-up asks the database.
    void clear_cache();

    explicit ContentTypes(detail::ContentTypeStore& store) noexcept : store_(&store) {}

private:
    const Registry& registry() const noexcept;

    detail::ContentTypeStore* store_;
};

}  // namespace gm2m
