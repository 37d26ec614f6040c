#pragma once

#include <random>

#include "support/configuration.hpp"

namespace gm2m::test {

/// An object of the world in memory: its model by number, and its row in that model. No object: the row is -1.
struct WorldObject {
    int model = -1;
    int row = -1;

    explicit operator bool() const { return row >= 0; }
    friend auto operator<=>(const WorldObject&, const WorldObject&) = default;
};

/// One step of a path, from the objects of one model to those of another.
struct PathStep {
    enum class Type { foreign_key, reverse_foreign_key, forward, reverse };
    Type type;
    int to;             // the model; -1: objects of any models, and the path ends there
    std::string name;   // as a path has it: "preferred__movie"
    int column = -1;    // of the foreign key, in the model that it belongs to
    int relation = -1;  // of the world's relations
    bool is_multiple() const { return type != Type::foreign_key; }
};

/// A small world of models, in a database and in memory: countries (text keys), studios, movies, operas (UUIDs) and
/// users; foreign keys that may be NULL, one of them from a model to itself; users prefer movies, operas, countries and
/// users, countries archive movies, operas and studios. Some links lead to rows that are gone, some come from such.
class RandomQueryWorld {
public:
    struct Column {
        std::string name;
        std::string stored_name;  // of a foreign key "studio_id"
        Kind kind;
        int target;  // the model that a foreign key leads to, else -1
        std::string reverse_name;
    };
    struct ModelShape {
        const Model* model;
        std::string name;  // "movie"
        std::vector<Column> columns;
        int key;  // the column
    };
    struct Relation {
        GM2MField field;
        int source;
        std::vector<int> targets;
    };

    RandomQueryWorld(const Configuration& configuration, unsigned seed);

    Database& db() { return db_; }
    const std::vector<ModelShape>& models() const { return models_; }
    const std::vector<Relation>& relations() const { return relations_; }
    /// The steps that lead on from the objects of a model.
    std::vector<PathStep> steps_from(int model) const;
    /// Whether the database orders text by its code points, as this world does.
    bool orders_text_by_code_point() const;

    /// The objects whose row is there.
    std::vector<WorldObject> objects(int model) const;
    /// An object of the model, perhaps one whose row is gone.
    WorldObject any_object(int model, std::mt19937& random) const;
    bool is_gone(WorldObject object) const { return row(object).gone; }
    const Value& value(WorldObject object, int column) const { return row(object).values[column]; }
    const Value& key(WorldObject object) const { return value(object, models_[object.model].key); }
    /// "movie:5"
    std::string name_of(WorldObject object) const;
    /// What a foreign key leads to; no object if it is NULL.
    WorldObject foreign(WorldObject object, int column) const;
    /// What a step leads to that is no foreign key: once for each link, those included whose object is gone.
    std::vector<WorldObject> related(WorldObject object, const PathStep& step) const;

private:
    struct Row {
        std::vector<Value> values;
        bool gone = false;
    };
    struct Link {
        WorldObject source, target;
    };

    static Registry& declare(Registry& registry, const Configuration& configuration);
    void describe();
    void fill();
    void fill_model(int model, int count, int gone);
    Value random_uuid();
    Value random_value(const Field& field, int number);
    void link(int relation, unsigned most);
    void lose_rows();
    const Row& row(WorldObject object) const { return rows_[object.model][object.row]; }
    int model_number(const Model& model) const;
    unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }

    ScratchDatabase scratch_;
    Registry registry_;
    Database db_;
    std::mt19937 random_;
    std::vector<ModelShape> models_;
    std::vector<Relation> relations_;
    std::vector<std::vector<Row>> rows_;    // by model
    std::vector<std::vector<Link>> links_;  // by relation
};

}  // namespace gm2m::test
