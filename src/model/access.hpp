#pragma once

#include <unordered_map>

#include <gm2m/object.hpp>
#include <gm2m/registry.hpp>

/// How the layers above reach the memory of an object, whatever kind of handle they were given.
namespace gm2m {

inline void* data_of(detail::Row* row) noexcept {
    return reinterpret_cast<std::byte*>(row) + detail::Row::offset(row->model->storage().align);
}

/// An object's model and where its data is; or, of a Reference, its key.
struct ObjectView {
    const Model* model = nullptr;
    const void* data = nullptr;
    const Value* key = nullptr;  // of a Reference alone
    detail::Row* row = nullptr;  // of a handle alone

    ValueView key_view(Scratch& scratch) const {
        return key ? key->view() : model->primary_key().view(data, scratch);
    }
};

/// Throws InvalidValue unless the key is of the kind of the model's, or both are integers, or there is none.
void require_fitting_key(const Reference& reference);

/// Finds the models of objects. Used by one thread at a time: it remembers those of the structs that it has seen, which
/// never change, so that the registry, which threads share, is asked once for each.
class ObjectReader {
public:
    explicit ObjectReader(const Registry& registry) : registry_(registry) {}

    /// Throws UnknownModel for a struct that is not mapped, ObjectError for an empty handle or a reference to no model,
    /// InvalidValue for a reference whose key is of another kind than the model's.
    ObjectView read(const ObjectRef& object);

private:
    const Registry& registry_;
    std::unordered_map<const detail::TypeInfo*, const Model*> models_;
    const detail::TypeInfo* last_type_ = nullptr;
    const Model* last_model_ = nullptr;
};

/// The same row, as it is in memory, as an object of another model of the same table: of one of the two a proxy, or of
/// both.
Object as_object_of(const Model& model, const Object& object);

/// Whether an object with this key still waits for the database or gm2m to make it one.
bool is_missing_key(const Field& primary_key, const ValueView& key) noexcept;

/// The object's key. Throws UnsavedObject if it has none.
Value saved_key(const ObjectView& object);

/// "cinema.Movie:5", for messages.
std::string describe(const Model& model, const ValueView& key);

}  // namespace gm2m
