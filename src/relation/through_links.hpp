#pragma once

#include <deque>
#include <unordered_map>

#include <gm2m/related_manager.hpp>

#include "query/context.hpp"
#include "relation/through_values.hpp"
#include "schema/join_table.hpp"

namespace gm2m::relation {

/// The links of one object by a relation through a model: what a RelatedManager writes, on either side. They are
/// objects of that model: inserted, updated and deleted as such. (BEHAVIOUR 4.2, 4.3)
class ThroughLinks {
public:
    /// `near` is the object's model and key; all that is given outlives this.
    ThroughLinks(Context& context, const GM2MField& field, bool reverse, const Model& near, const Value& key,
                 const FieldValues& values, bool updating);

    Changes add(std::span<const ObjectRef> objects) { return change(objects, {.adds = true, .updates = updating_}); }
    Changes remove(std::span<const ObjectRef> objects) { return change(objects, {.removes_given = true}); }
    Changes set(std::span<const ObjectRef> objects) {
        return change(objects, {.adds = true, .updates = updating_, .removes_others = true});
    }
    Changes toggle(std::span<const ObjectRef> objects) {
        return change(objects, {.adds = true, .removes_given = true});
    }
    std::size_t clear();

    /// From here on says what would be added and removed, and writes no links.
    void rehearse() noexcept { writes_ = false; }

private:
    /// What is done with the objects given that are not linked, those that are, and others that are.
    struct Plan {
        bool adds = false;
        bool updates = false;
        bool removes_given = false;
        bool removes_others = false;
    };
    /// An object on the other side, and the rows that link it.
    struct Far {
        Reference reference;
        std::int64_t content_type = 0;  // of a target
        std::string key;                // of a target, as text
        bool is_given = false;
        const FieldValues* values = nullptr;
        const ThroughValues::Assignments* assignments = nullptr;  // of what is given to be linked
        std::vector<Value> rows = {};
        bool is_held = true;  // by the lock on its source; what somebody else has linked since was linked after this
    };

    Changes change(std::span<const ObjectRef> objects, const Plan& plan);
    /// Takes the objects on the other side; false if none can be linked.
    bool read(std::span<const ObjectRef> objects, bool creates_content_types);
    void read_targets(std::span<const ObjectRef> objects, bool creates_content_types);
    void read_sources(std::span<const ObjectRef> objects);
    bool find_near(bool creates_content_type);
    Far& far(std::int64_t content_type, std::string_view key, const Model* model);
    Far& far(const Value& source);

    void lock_sources(bool of_all);
    /// Finds the rows of the objects that are known, or of all that are linked.
    void look(bool at_all);
    void look(const std::string& condition, std::span<const backend::Parameter> parameters);
    Changes carry_out(const Plan& plan);
    void require_targets(std::span<Far* const> fars);
    void require_targets(const Model& model, const backend::ValueList& keys);
    void insert(std::span<Far* const> fars);
    std::vector<Reference> update(std::span<Far* const> fars);
    /// Whether others have gone with them.
    bool remove_rows(std::span<Far* const> fars);

    Context& context_;
    GM2MField field_;
    schema::JoinTable join_;
    ThroughFields fields_;
    bool reverse_;
    const Model& near_;
    const Value& near_key_;
    std::string near_text_;
    std::int64_t near_type_ = 0;  // of a target
    ThroughValues values_;
    bool updating_;
    bool writes_ = true;
    bool holds_sources_ = false;  // those of the objects known then
    std::deque<Far> fars_;
    std::unordered_map<std::string, Far*> by_name_;
};

}  // namespace gm2m::relation
