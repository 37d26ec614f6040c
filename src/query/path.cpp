#include "query/path.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/nearest.hpp"
#include "model/names.hpp"
#include "model/relation_data.hpp"

namespace gm2m::query {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    for (;;) {
        const auto end = path.find("__");
        segments.push_back(path.substr(0, end));
        if (end == std::string_view::npos)
            return segments;
        path.remove_prefix(end + 2);
    }
}

/// Walks a path, segment by segment, from model to model.
class Walker {
public:
    Walker(const Registry& registry, const Model& model, std::string_view path)
        : registry_(registry), model_(&model), segments_(split(path)) {
        resolved_.text = path;
    }

    ResolvedPath walk() {
        while (next_ < segments_.size())
            step();
        return std::move(resolved_);
    }

private:
    bool is_last() const { return next_ == segments_.size(); }

    void step() {
        const std::string_view segment = segments_[next_++];
        if (resolved_.field)
            throw UnknownField(fmt::format("'{}': {} is no relation that could be followed to '{}'{}", resolved_.text,
                                           resolved_.field->label(), segment, hint_at_lookup(segment)));
        if (segment == "pk")
            return end_at(model_->primary_key());
        if (const Field* field = find_column(segment))
            return is_last() || !field->is_foreign_key() || field->column() == segment ? end_at(*field)
                                                                                       : follow(*field);
        if (const GenericForeignKey* generic = model_->find_generic_foreign_key(segment))
            return follow_generic(*generic);
        if (const auto relation = registry_.find_gm2m_field(*model_, segment))
            return follow_to_targets(*relation);
        if (const auto relation = registry_.find_many_to_many_field(*model_, segment))
            return follow_join(relation->source_key(), relation->target_key());
        if (follow_reverse(segment))
            return;
        throw_unknown(segment);
    }

    /// What leads to this model by that name. A relation to any models that it is not known to be in comes last.
    bool follow_reverse(std::string_view name) {
        const auto related = find_reverse(name, true);
        const auto pairs = find_reverse_many_to_many(name);
        const Field* foreign_key = find_reverse_foreign_key(name);
        std::vector<std::string> labels;
        if (related)
            labels.push_back(related->label());
        if (pairs)
            labels.push_back(pairs->label());
        if (foreign_key)
            labels.push_back(foreign_key->label());
        if (labels.size() > 1)
            throw_ambiguous(name, labels[0], labels[1], foreign_key ? "related_name" : "related_query_name");
        if (pairs)
            return follow_join(pairs->target_key(), pairs->source_key()), true;
        if (foreign_key)
            return go({Hop::Type::reverse_foreign_key, model_, &foreign_key->model(), foreign_key}), true;
        const auto relation = related ? related : find_reverse(name, false);
        if (relation)
            go({Hop::Type::reverse_gm2m, model_, &relation->source(), nullptr, relation});
        return relation.has_value();
    }

    void end_at(const Field& field) { resolved_.field = &field; }

    void go(Hop hop) {
        hop.to->require_complete();
        model_ = hop.to;
        resolved_.hops.push_back(std::move(hop));
    }

    const Field* find_column(std::string_view name) const {
        if (const Field* field = model_->find_field(name))
            return field;
        for (const auto& field : model_->fields())
            if (field->is_foreign_key() && field->column() == name)
                return field.get();
        return nullptr;
    }

    void follow(const Field& foreign_key) {
        model_->require_complete();
        // The key itself is in this table already.
        const Model& target = *foreign_key.target();
        if (next_ + 1 == segments_.size() &&
            (segments_[next_] == "pk" || target.find_field(segments_[next_]) == &target.primary_key())) {
            ++next_;
            return end_at(foreign_key);
        }
        go({Hop::Type::foreign_key, model_, foreign_key.target(), &foreign_key});
    }

    /// Over the rows of a join table, from one of its foreign keys to the other.
    void follow_join(const Field& from, const Field& to) {
        go({Hop::Type::reverse_foreign_key, model_, &from.model(), &from});
        is_last() ? end_at(to) : follow(to);
    }

    /// The objects of one model among the targets; all of them if the path ends at the relation.
    void follow_to_targets(const GM2MField& relation) {
        if (is_last())
            resolved_.open_relation = relation;
        else
            go({Hop::Type::gm2m, model_, &target_model(relation.name()), nullptr, relation});
    }

    void follow_generic(const GenericForeignKey& generic) {
        if (is_last())
            resolved_.open_generic = &generic;
        else
            go({Hop::Type::generic_foreign_key, model_, &target_model(generic.name), nullptr, {}, &generic});
    }

    /// The next segment as the name of a model.
    const Model& target_model(const std::string& relation) {
        const std::string_view name = segments_[next_++];
        const Model* found = nullptr;
        std::vector<std::string> names;
        for (const Model* model : registry_.models()) {
            const std::string label = to_lower(model->app_label()) + "_" + model->model_name();
            names.push_back(model->model_name());
            if (name != model->model_name() && name != label)
                continue;
            if (found && name == model->model_name())
                throw QueryError(fmt::format("'{}': '{}' may be {} or {}: write '{}_{}'", resolved_.text, name,
                                             found->label(), model->label(), to_lower(model->app_label()),
                                             model->model_name()));
            found = model;
        }
        if (!found)
            throw UnknownField(
                fmt::format("'{}': after a relation to objects of any models comes the name of one, as in "
                            "'{}__movie__title'; there is no model '{}'{}",
                            resolved_.text, relation, name, did_you_mean(name, names)));
        return *found;
    }

    [[noreturn]] void throw_ambiguous(std::string_view name, const std::string& one, const std::string& other,
                                      std::string_view parameter) const {
        throw QueryError(fmt::format("'{}': '{}' may be {} or {}: give one of them a {}", resolved_.text, name, one,
                                     other, parameter));
    }

    /// Hidden, and without a name of its own for lookups.
    template <class Relation>
    static bool has_no_query_name(const Relation& relation) {
        return relation.is_hidden() && relation.options().related_query_name.empty();
    }

    std::optional<GM2MField> find_reverse(std::string_view name, bool related) const {
        std::optional<GM2MField> found;
        for (const GM2MField& relation : registry_.gm2m_fields()) {
            if (!relation.find_source() || relation.query_name() != name || relation.is_related(*model_) != related)
                continue;
            if (has_no_query_name(relation))
                continue;
            if (found)
                throw_ambiguous(name, found->label(), relation.label(), "related_query_name");
            found = relation;
        }
        return found;
    }

    std::optional<ManyToManyField> find_reverse_many_to_many(std::string_view name) const {
        std::optional<ManyToManyField> found;
        for (const ManyToManyField& relation : registry_.many_to_many_fields()) {
            const Model* target = relation.data().target;
            if (!relation.data().source || !target || !model_->is_a(*target) || relation.query_name() != name)
                continue;
            if (has_no_query_name(relation))
                continue;
            if (found)
                throw_ambiguous(name, found->label(), relation.label(), "related_query_name");
            found = relation;
        }
        return found;
    }

    const Field* find_reverse_foreign_key(std::string_view name) const {
        const Field* found = nullptr;
        for (const Model* model : registry_.models())
            for (const auto& field : model->fields()) {
                if (field->is_inherited() || !field->target() || !model_->is_a(*field->target()))
                    continue;
                if (field->is_parent_link() && model_->is_a(*model))
                    continue;  // to itself
                const std::string& related_name = field->options().related_name;
                if ((related_name.empty() ? model->model_name() : detail::expand(related_name, *model)) != name)
                    continue;
                if (found)
                    throw_ambiguous(name, found->label(), field->label(), "related_name");
                found = field.get();
            }
        return found;
    }

    /// Other libraries write lookups into the path.
    static std::string hint_at_lookup(std::string_view segment) {
        constexpr std::string_view methods[] = {"iexact", "in", "range", "contains", "icontains", "startswith",
                                                "istartswith", "endswith", "iendswith", "isnull", "regex"};
        if (std::ranges::find(methods, segment) != std::end(methods))
            return fmt::format("; lookups are methods: F(…).{}(…)", segment);
        constexpr std::pair<std::string_view, std::string_view> operators[] = {
            {"exact", "=="}, {"gt", ">"}, {"gte", ">="}, {"lt", "<"}, {"lte", "<="}};
        for (const auto& [name, sign] : operators)
            if (segment == name)
                return fmt::format("; write F(…) {} …", sign);
        return "";
    }

    /// The reverse side is called by its query name, not by its accessor.
    std::string hint_at_query_name(std::string_view segment) const {
        for (const GM2MField& relation : registry_.gm2m_fields())
            if (relation.find_source() && relation.accessor_name() == segment)
                return fmt::format("; in lookups '{}' is called '{}'", segment, relation.query_name());
        for (const ManyToManyField& relation : registry_.many_to_many_fields())
            if (relation.data().source && relation.data().target && model_->is_a(*relation.data().target) &&
                relation.accessor_name() == segment)
                return fmt::format("; in lookups '{}' is called '{}'", segment, relation.query_name());
        return "";
    }

    [[noreturn]] void throw_unknown(std::string_view segment) const {
        std::vector<std::string> names;
        for (const auto& field : model_->fields())
            names.push_back(field->name());
        for (const GenericForeignKey& generic : model_->generic_foreign_keys())
            names.push_back(generic.name);
        for (const ManyToManyField& relation : registry_.many_to_many_fields()) {
            if (relation.data().source && model_->is_a(*relation.data().source))
                names.push_back(relation.name());
            if (relation.data().source && relation.data().target && model_->is_a(*relation.data().target) &&
                !relation.is_hidden())
                names.push_back(relation.query_name());
        }
        for (const GM2MField& relation : registry_.gm2m_fields()) {
            if (relation.find_source() && model_->is_a(*relation.find_source()))
                names.push_back(relation.name());
            if (relation.find_source() && !relation.is_hidden())
                names.push_back(relation.query_name());
        }
        const std::string query_name = hint_at_query_name(segment);
        throw UnknownField(fmt::format("'{}': {} has no field or relation '{}'{}", resolved_.text, model_->label(),
                                       segment, query_name.empty() ? did_you_mean(segment, names) : query_name));
    }

    const Registry& registry_;
    const Model* model_;
    std::vector<std::string_view> segments_;
    std::size_t next_ = 0;
    ResolvedPath resolved_;
};

}  // namespace

ResolvedPath resolve(const Registry& registry, const Model& model, const detail::FieldPath& path) {
    if (!path.owner)
        return Walker(registry, model, path.path).walk();
    for (const auto& field : model.fields())
        if (field->is_member(*path.owner, path.member))
            return {{}, field.get(), field->name()};
    throw UnknownField(
        fmt::format("{} maps no field to that member of {}", model.label(), detail::name_of(*path.owner)));
}

}  // namespace gm2m::query
