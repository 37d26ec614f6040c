#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gm2m/condition.hpp>
#include <gm2m/model.hpp>
#include <gm2m/signal.hpp>

namespace gm2m {

class Deleting;
struct LinkSignals;
class Registry;

/// How a relation's join table is laid out. (DESIGN 5)
enum class Layout {
    standard,  ///< the peer's: a row id, all() in the order of linking
    compact,   ///< the triple is the key: half the size, faster in reverse; all() ordered by model and key text
};

/// What becomes of the links of an object that is deleted. (BEHAVIOUR 6.1, 6.2)
enum class LinkPolicy {
    cascade,              ///< they are deleted with it
    do_nothing,           ///< they stay, and lead nowhere; verify() finds them
    cascade_signal,       ///< as cascade; receivers of deleting() are told before
    do_nothing_signal,    ///< as do_nothing; receivers of deleting() are told before
    cascade_signal_veto,  ///< as cascade_signal, but if a receiver answers true, they stay; the object goes all the
                          ///< same
    protect,              ///< the deletion of an object that has links is refused with a ProtectedError
};

/// A parameter given at run time; see GM2MOptions::parse().
using ParameterValue = std::variant<std::nullptr_t, bool, int, std::string, std::vector<std::string>>;
using Parameters = std::vector<std::pair<std::string, ParameterValue>>;

/// The parameters of a relation. (BEHAVIOUR 2.3)
struct GM2MOptions {
    /// Models ("app.Model") whose reverse accessors exist from the start; objects of others can be added all the same.
    std::vector<std::string> related = {};
    std::string verbose_name = {};
    /// The join table, if it is not called `<source table>_<field>`.
    std::string db_table = {};
    /// Whether the database enforces the join table's foreign keys.
    bool db_constraint = true;
    /// False: the field refers to proxy models by their own content types.
    bool for_concrete_model = true;
    /// The reverse accessor, if it is not called `<source model>_set`; `%(class)s` and `%(app_label)s` stand for the
    /// source. A trailing "+" hides the reverse side.
    std::string related_name = {};
    /// The name of the reverse side in lookups; else related_name, else the source model's name in lower case.
    std::string related_query_name = {};
    /// The most characters of a target's key as text; none means unlimited.
    std::optional<std::size_t> pk_maxlength = 16;
    /// The model whose rows are the links ("app.Model", registered before or after), in the place of a join table of
    /// the relation's own: with a foreign key to the source, a generic foreign key, and further fields. (BEHAVIOUR 4.2)
    std::string through = {};
    /// Where it has several of either: the names of the foreign key and of the generic one, which the names of the
    /// latter's two fields may follow.
    std::vector<std::string> through_fields = {};
    Layout layout = Layout::standard;
    /// What becomes of the links of a source, or of a target, that is deleted.
    LinkPolicy on_delete = LinkPolicy::cascade;
    /// The same for sources alone, and for targets alone.
    std::optional<LinkPolicy> on_delete_src = {};
    std::optional<LinkPolicy> on_delete_tgt = {};
    /// By model ("app.Model"), a condition that its objects have to fulfil to be linked: `add`, `set` and `toggle`
    /// refuse others, RelatedManager::candidates() lists those. Objects of models without one are not limited.
    std::vector<std::pair<std::string, Condition>> limit_choices_to = {};
    /// Whether triggers of the database delete the links of what other programs delete, on the sides whose policy
    /// deletes them: create_tables() makes them for all managed models, and drops those of sides whose policy no longer
    /// does; drop_tables() drops them all. (BEHAVIOUR 6.6)
    bool db_triggers = false;
    /// Whether create_tables() and drop_tables() care for the join table. (BEHAVIOUR 1.3)
    bool managed = true;
    /// A GM2MField cannot be unique: check() says so. (BEHAVIOUR 7, gm2m.E001)
    bool unique = false;

    /// From names and values, as a configuration file or a run-time description has them.
    /// Throws ConfigurationError for a name that is none of the above or a value of the wrong kind; limit_choices_to, a
    /// condition, is given in code alone.
    static GM2MOptions parse(const Parameters& parameters);
};

namespace detail {
struct RelationData;
struct GM2MFieldData;
}

/// The fields of a through model that make a row of it a link. (BEHAVIOUR 4.2)
struct ThroughFields {
    const Field* source;              ///< the foreign key to the source
    const GenericForeignKey* target;  ///< the content type and the key of the target
};

/// A relation from one source model to objects of any models: a handle, cheap to copy, valid as long as the registry.
/// Made by Registry::gm2m(). May be used from any thread.
class GM2MField {
public:
    const std::string& name() const noexcept;
    /// "cinema.User", whether registered or not.
    const std::string& source_label() const noexcept;
    /// "cinema.User.preferred_videos"
    const std::string& label() const noexcept;
    /// Where it is declared.
    const SourceLocation& location() const noexcept;
    /// Throws ConfigurationError while the source model is not registered.
    const Model& source() const;
    /// Null while the source model is not registered.
    const Model* find_source() const noexcept;
    const GM2MOptions& options() const noexcept;
    /// The join table as declared or derived, or the through model's; cut where an engine allows less. Throws as
    /// source() and join_model() do.
    std::string table() const;

    /// The reverse accessor: "user_set" or related_name; empty if hidden. Throws as source() does.
    std::string accessor_name() const;
    std::string query_name() const;
    bool is_hidden() const noexcept;

    /// The join table as a read-only model `<Model>_<field>`: `id` (standard layout), the foreign keys `gm2m_src` to
    /// the source and `gm2m_ct` to the content type, `gm2m_pk`, and `gm2m_tgt`, which stands for the object that the
    /// last two refer to; or the through model. Throws as source() does, and ConfigurationError while the through model
    /// is not registered. (BEHAVIOUR 4.1)
    const Model& join_model() const;
    /// Whether the links are rows of a through model.
    bool has_through() const noexcept { return !options().through.empty(); }
    /// Null while it is not registered, or if there is none.
    const Model* find_through() const noexcept;
    /// The fields of the through model that make the links: those that `through_fields` names, else the first of their
    /// kind. Throws ConfigurationError if there are none, saying what to declare; or if there is no through model.
    ThroughFields through_fields() const;
    /// The most characters of a target's key as text: pk_maxlength, or what the through model's field holds.
    std::optional<std::size_t> key_length() const;

    /// Creates the reverse relation of a model, registered now or later; `on_delete` is for targets of this model
    /// alone, and the last one given counts. (BEHAVIOUR 3.2, 6.1)
    void add_relation(std::string_view model, std::optional<LinkPolicy> on_delete = {}) const;
    void add_relation(const Model& model, std::optional<LinkPolicy> on_delete = {}) const;
    /// The models that have the reverse relation: those named explicitly, and with `include_auto` also those that
    /// came with a first object or were discovered. (BEHAVIOUR 3.5) Names that are not registered yet are left out.
    std::vector<const Model*> get_related_models(bool include_auto = true) const;
    /// Whether the model has the reverse accessor: it, or one that it is a proxy or a child of, is one of them.
    bool is_related(const Model& model) const noexcept;

    /// What becomes of the links of a source that is deleted, and of those to a target of a model. (BEHAVIOUR 6.1)
    LinkPolicy source_policy() const noexcept;
    LinkPolicy target_policy(const Model& model) const noexcept;
    /// Sent before objects are deleted to whose links a policy with a signal applies. (BEHAVIOUR 6.3)
    Signal<Deleting>& deleting() const noexcept;

    /// Sent when links are made or removed. (BEHAVIOUR 6.7)
    LinkSignals& signals() const noexcept;

    friend bool operator==(const GM2MField&, const GM2MField&) = default;

    detail::GM2MFieldData& data() const noexcept { return *data_; }
    detail::RelationData& relation() const noexcept;

    explicit GM2MField(detail::GM2MFieldData& data) noexcept : data_(&data) {}

private:
    detail::GM2MFieldData* data_;
};

}  // namespace gm2m
