#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gm2m/finding.hpp>
#include <gm2m/gm2m_field.hpp>
#include <gm2m/many_to_many_field.hpp>
#include <gm2m/model.hpp>
#include <gm2m/object.hpp>

namespace gm2m {

namespace detail {
struct CheckState;
}

/// A setting by which models can be replaced. (BEHAVIOUR 8.2)
struct Swap {
    std::string setting;
    std::vector<const Model*> models;  ///< that are swappable by it, in the order of declaration
    std::string label;                 ///< of what is to be in their place; empty unless swap() has said it
    SourceLocation location;           ///< of the call of swap()
};

/// The models and relations of one application. Declare everything first, on one thread; from then on any number of
/// threads and databases may use the registry, and reverse relations may come into being. It outlives its databases.
/// Declarations throw ConfigurationError for what cannot be, such as a name with a space. What cannot be together, such
/// as two fields of one name, is told by check(), all at once, and a Database does not start on it. References to
/// models ("app.Model") may precede the model. (BEHAVIOUR 1.1)
class Registry {
public:
    Registry();
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    /// Maps the struct T to the model `label`, "app.Name".
    template <class T>
    [[nodiscard("gm2m: a model has a primary key: declare its fields")]] ModelBuilder<T> model(
        std::string_view label, SourceLocation at = SourceLocation::current()) {
        return ModelBuilder<T>(*this, add_model(label, detail::storage_of<T>(), at));
    }
    /// A model that is described at run time alone.
    [[nodiscard("gm2m: a model has a primary key: declare its fields")]] RunTimeModelBuilder model(
        std::string_view label, SourceLocation at = SourceLocation::current());

    /// Declares a relation of the source model. (BEHAVIOUR 2.1) Of an abstract one it stands for the relations that
    /// each of its children has in its place, with a join table and accessors of their own: Database::related() finds
    /// the child's, and a receiver of its signals hears of all. (BEHAVIOUR 8.1)
    GM2MField gm2m(std::string_view source, std::string_view name, GM2MOptions options = {},
                    SourceLocation at = SourceLocation::current());
    /// Declares an ordinary many-to-many relation, from the source model to objects of one other.
    ManyToManyField many_to_many(std::string_view source, std::string_view name, std::string_view target,
                                 ManyToManyOptions options = {}, SourceLocation at = SourceLocation::current());

    /// Null if there is none. Labels ignore case in the model's name, as content types do. The join models of relations
    /// and "contenttypes.ContentType" are found too, though models() does not list them. (BEHAVIOUR 4.1)
    const Model* find(std::string_view label) const;
    /// Throws UnknownModel, offering the nearest labels.
    const Model& get(std::string_view label) const;
    const Model& operator[](std::string_view label) const { return get(label); }
    /// The model that T is mapped to. Throws UnknownModel.
    template <class T>
    const Model& get() const {
        return get(detail::type_info<T>());
    }
    const Model& get(const detail::TypeInfo& type) const;

    /// In the order of declaration, but for abstract models and those that have been swapped out.
    std::vector<const Model*> models() const;
    /// The relations, but for those of the models that models() leaves out.
    std::vector<GM2MField> gm2m_fields() const;
    /// The relations whose source is `model` itself.
    std::vector<GM2MField> gm2m_fields(const Model& model) const;
    /// The relation of that name of `model`, or of one that it is a proxy or a child of, if there is one.
    std::optional<GM2MField> find_gm2m_field(const Model& model, std::string_view name) const;
    std::vector<ManyToManyField> many_to_many_fields() const;
    std::optional<ManyToManyField> find_many_to_many_field(const Model& model, std::string_view name) const;
    /// The many-to-many relation that `accessor` names on `target`, if there is one. Throws ConfigurationError if two
    /// relations claim the name.
    std::optional<ManyToManyField> find_reverse_many_to_many(const Model& target, std::string_view accessor) const;
    /// The rows that number the models of a database; each database has its own table of them.
    const Model& content_type_model() const noexcept;
    /// The relation that `accessor` names on `target`. Throws NoReverseRelation, saying what to do, or
    /// ConfigurationError if two relations claim the name. (BEHAVIOUR 3.1, 3.2)
    GM2MField reverse(const Model& target, std::string_view accessor) const;

    /// Replaces the model that is swappable by `setting` with the one labelled `label`; either may be registered later,
    /// and check() tells if it never is. Throws ConfigurationError if it is replaced by another already.
    /// (BEHAVIOUR 8.2)
    void swap(std::string_view setting, std::string_view label, SourceLocation at = SourceLocation::current());
    /// The settings of swap() and of the swappable models, by name.
    std::vector<Swap> swaps() const;
    /// The label that a foreign key or a relation gives to refer to the model behind a setting: of the replacement,
    /// else of the swappable model, else `default_label`. Throws ConfigurationError if there is none of them yet.
    std::string swappable_label(std::string_view setting, std::string_view default_label = {}) const;

    /// Changes with each declaration or reverse relation: what was derived from the registry before may be outdated.
    std::size_t generation() const noexcept;

    /// As GM2MField::deleting(), of all relations; sent after the relation's own.
    Signal<Deleting>& deleting() const noexcept;

    // --- checks (BEHAVIOUR 7) ---

    /// A check of the program's own, which runs with check() and whenever a database is opened on this registry. With
    /// tags it is among those that CheckOptions::tags chooses. If it throws, that is a finding (gm2m.E901).
    void add_check(Check check, std::vector<std::string> tags = {});
    /// Findings of that id are told no more, and keep no database from starting.
    void silence(std::string_view id);
    detail::CheckState& checks() const noexcept;

private:
    friend class ModelDeclaration;
    friend class GM2MField;
    friend class ManyToManyField;

    const Model& join_model(detail::GM2MFieldData& relation);
    const Model& join_model(detail::ManyToManyData& relation);
    const Model* find_join_model(std::string_view label) const;
    Model& add_model(std::string_view label, detail::Storage storage, const SourceLocation& at);
    bool claim_name(detail::RelationData& data);
    void expand(detail::GM2MFieldData& relation, const Model& heir);
    void expand(detail::ManyToManyData& relation, const Model& heir);
    void expand_relations(const Model& parent, const Model& heir);
    std::vector<const Model*> heirs_of(const detail::RelationData& relation) const;
    bool is_source(const Model& model) const;
    void apply_swaps();
    void resolve_references(Model& declared);
    void resolve_reference(Field& field, const Model& declared);

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace gm2m
