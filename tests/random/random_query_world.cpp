#include "random/random_query_world.hpp"

#include <algorithm>

#include "random/random_query_models.hpp"

namespace gm2m::test {
namespace {

// Few, so that they meet; with the characters of patterns, both cases, and what is not ASCII.
constexpr const char* texts[] = {"",    "a",   "b",    "Alien", "alien", "ALIEN", "Aliens", "Brazil",      "brazil",
                                 "a_b", "axb", "100%", "100",   "it's",  "[x]*?", "b c",    "back\\slash", "Zo\u00eb"};
constexpr const char* country_codes[] = {"CH", "DE", "GB", "IE", "ch", "10", "2", "it's", "a_b", "\u00f6"};
constexpr const char* gone = "gone";
constexpr int rows_gone = 3;

}  // namespace

RandomQueryWorld::RandomQueryWorld(const Configuration& configuration, unsigned seed)
    : scratch_(configuration.engine),
      db_(Database::open(declare(registry_, configuration), scratch_.url())),
      random_(seed) {
    db_.create_tables();
    describe();
    fill();
}

Registry& RandomQueryWorld::declare(Registry& registry, const Configuration& configuration) {
    if (configuration.models == Models::compiled)
        declare_compiled_query_models(registry);
    else
        declare_run_time_query_models(registry);
    registry.gm2m("world.User", "preferred",
                  {.related = {"world.Movie", "world.Opera", "world.Country", "world.User"},
                   .pk_maxlength = 36,
                   .layout = configuration.layout});
    registry.gm2m("world.Country", "archived",
                  {.related = {"world.Movie", "world.Opera", "world.Studio"},
                   .db_constraint = false,  // so that sources can be gone too
                   .related_name = "archives",
                   .pk_maxlength = 36,
                   .layout = configuration.layout});
    return registry;
}

int RandomQueryWorld::model_number(const Model& model) const {
    return static_cast<int>(std::ranges::find(models_, &model, &ModelShape::model) - models_.begin());
}

void RandomQueryWorld::describe() {
    for (const char* label : {"world.Country", "world.Studio", "world.Movie", "world.Opera", "world.User"})
        models_.push_back({&registry_[label], registry_[label].model_name(), {}, 0});
    for (ModelShape& shape : models_)
        for (const auto& field : shape.model->fields()) {
            const std::string& related_name = field->options().related_name;
            shape.columns.push_back({field->name(), field->column(), field->kind(),
                                     field->is_foreign_key() ? model_number(*field->target()) : -1,
                                     related_name.empty() ? shape.name : related_name});
        }
    for (const GM2MField& field : registry_.gm2m_fields()) {
        relations_.push_back({field, model_number(field.source()), {}});
        for (const Model* target : field.get_related_models())
            relations_.back().targets.push_back(model_number(*target));
    }
}

std::vector<PathStep> RandomQueryWorld::steps_from(int model) const {
    using Type = PathStep::Type;
    std::vector<PathStep> steps;
    for (int other = 0; other < static_cast<int>(models_.size()); ++other)
        for (int i = 0; i < static_cast<int>(models_[other].columns.size()); ++i) {
            const Column& column = models_[other].columns[i];
            if (other == model && column.target >= 0)
                steps.push_back({Type::foreign_key, column.target, column.name, i});
            if (column.target == model)
                steps.push_back({Type::reverse_foreign_key, other, column.reverse_name, i});
        }
    for (int i = 0; i < static_cast<int>(relations_.size()); ++i) {
        const Relation& relation = relations_[i];
        if (relation.source == model) {
            steps.push_back({Type::forward, -1, relation.field.name(), -1, i});
            for (const int target : relation.targets)
                steps.push_back({Type::forward, target, relation.field.name() + "__" + models_[target].name, -1, i});
        }
        if (std::ranges::count(relation.targets, model))
            steps.push_back({Type::reverse, relation.source, relation.field.query_name(), -1, i});
    }
    return steps;
}

bool RandomQueryWorld::orders_text_by_code_point() const {
    return scratch_.engine() == Engine::sqlite || scratch_.sql("SELECT 'B' < 'a' AND 'b' < 'ä'").front() == "t";
}

void RandomQueryWorld::fill() {
    rows_.resize(models_.size());
    links_.resize(relations_.size());
    for (const auto& [model, count] :
         {std::pair(0, 10), std::pair(1, 9), std::pair(2, 30), std::pair(3, 16), std::pair(4, 24)})
        fill_model(model, count, rows_gone);
    link(0, 20);
    link(1, 12);
    lose_rows();
}

/// The last of the rows are those that will be gone; nothing but links leads to them.
void RandomQueryWorld::fill_model(int model, int count, int last) {
    const ModelShape& shape = models_[model];
    for (int number = 0; number < count + last; ++number) {
        const Object object = shape.model->make();
        for (const auto& field : shape.model->fields())
            if (!field->is_primary_key())
                object.set(field->name(), random_value(*field, number));
        if (model == 0)
            object.set("code", number < count ? Value(country_codes[number]) : Value(gone + std::to_string(number)));
        if (shape.columns[shape.key].kind == Kind::uuid)
            object.set(shape.columns[shape.key].name, random_uuid());  // of the seed, too
        if (number >= count)
            object.set(shape.columns[1].name, gone);
        db_.insert(object);
        Row row;
        for (const Column& column : shape.columns)
            row.values.push_back(object[column.name]);
        rows_[model].push_back(std::move(row));
    }
}

Value RandomQueryWorld::random_uuid() {
    Uuid uuid;
    for (std::uint8_t& byte : uuid.bytes)
        byte = static_cast<std::uint8_t>(below(256));
    return Value(uuid);
}

Value RandomQueryWorld::random_value(const Field& field, int number) {
    if (field.null() && below(4) == 0)
        return {};
    if (field.is_foreign_key()) {
        const int target = model_number(*field.target());
        // Of the same model: one that is there already, and will not be gone.
        if (&field.model() == field.target() && number == 0)
            return {};
        const int rows = static_cast<int>(rows_[target].size());
        return key({target,
                    static_cast<int>(below(&field.model() == field.target() ? std::min(rows, 12) : rows - rows_gone))});
    }
    switch (field.kind()) {
        case Kind::boolean: return Value(below(2) == 0);
        case Kind::text: return Value(texts[below(std::size(texts))]);
        case Kind::real: return Value(below(12) * 0.25 - 1);
        case Kind::date: return Value(Date(std::chrono::days(static_cast<int>(below(8)) - 2)));
        default: return Value(static_cast<int>(below(12)) - 2);
    }
}

/// Up to `most` links of each source; of one in five, none.
void RandomQueryWorld::link(int relation, unsigned most) {
    const Relation& shape = relations_[relation];
    for (int source = 0; source < static_cast<int>(rows_[shape.source].size()); ++source) {
        // The join table of the first relation has a constraint: its sources stay.
        if (below(5) == 0 || (relation == 0 && source >= static_cast<int>(rows_[shape.source].size()) - rows_gone))
            continue;
        std::vector<Reference> targets;
        for (unsigned i = below(most); i > 0; --i) {
            const WorldObject target = any_object(shape.targets[below(shape.targets.size())], random_);
            targets.push_back({models_[target.model].model, key(target)});
            const auto is_this = [&](const Link& link) { return link.source.row == source && link.target == target; };
            if (std::ranges::none_of(links_[relation], is_this))
                links_[relation].push_back({{shape.source, source}, target});
        }
        db_.related(Reference{models_[shape.source].model, key({shape.source, source})}, shape.field).add(targets);
    }
}

/// 2.9: another program deletes rows, and knows nothing of links.
void RandomQueryWorld::lose_rows() {
    for (int model = 0; model < static_cast<int>(models_.size()); ++model) {
        scratch_.sql("DELETE FROM " + models_[model].model->table() + " WHERE " + models_[model].columns[1].name +
                     " = '" + gone + "'");
        for (std::size_t i = rows_[model].size() - rows_gone; i < rows_[model].size(); ++i)
            rows_[model][i].gone = true;
    }
}

std::vector<WorldObject> RandomQueryWorld::objects(int model) const {
    std::vector<WorldObject> there;
    for (int row = 0; row < static_cast<int>(rows_[model].size()); ++row)
        if (!rows_[model][row].gone)
            there.push_back({model, row});
    return there;
}

WorldObject RandomQueryWorld::any_object(int model, std::mt19937& random) const {
    return {model, static_cast<int>(random() % rows_[model].size())};
}

std::string RandomQueryWorld::name_of(WorldObject object) const {
    return models_[object.model].name + ":" + key(object).to_string();
}

WorldObject RandomQueryWorld::foreign(WorldObject object, int column) const {
    const int target = models_[object.model].columns[column].target;
    const Value& wanted = value(object, column);
    for (int row = 0; !wanted.is_null() && row < static_cast<int>(rows_[target].size()); ++row)
        if (key({target, row}) == wanted)
            return {target, row};
    return {};
}

std::vector<WorldObject> RandomQueryWorld::related(WorldObject object, const PathStep& step) const {
    std::vector<WorldObject> found;
    if (step.type == PathStep::Type::reverse_foreign_key) {
        for (const WorldObject other : objects(step.to))
            if (value(other, step.column) == key(object))
                found.push_back(other);
        return found;
    }
    for (const Link& link : links_[step.relation])
        if (step.type == PathStep::Type::reverse
                ? link.target == object
                : link.source == object && (step.to < 0 || link.target.model == step.to))
            found.push_back(step.type == PathStep::Type::reverse ? link.source : link.target);
    return found;
}

}  // namespace gm2m::test
