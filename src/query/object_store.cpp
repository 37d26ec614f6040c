#include "query/object_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/object_signals.hpp>

#include "model/prefetched.hpp"
#include "model/through.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"

namespace gm2m::object_store {
namespace {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::RowSink;

/// The fields of some objects of one model, as the parameters of a statement that runs once per object.
class FieldSource final : public backend::RowSource {
public:
    FieldSource(const Model& model, bool with_key) {
        for (const auto& field : model.fields())
            if (with_key || !field->is_primary_key())
                fields_.push_back(field.get());
    }
    explicit FieldSource(std::span<const Field* const> fields) : fields_(fields.begin(), fields.end()) {}
    void add(const Object& object) { objects_.push_back(object); }
    std::span<const Object> objects() const noexcept { return objects_; }
    std::size_t parameters_per_row() const noexcept { return fields_.size(); }

    std::size_t rows() const override { return objects_.size(); }
    void bind(std::size_t row, std::span<Parameter> parameters) override {
        scratch_.clear();
        const void* data = data_of(objects_[row].row());
        for (std::size_t i = 0; i < fields_.size(); ++i)
            parameters[i] = Parameter(fields_[i]->kind(), fields_[i]->view(data, scratch_));
    }
    void check() {
        for (const Object& object : objects_) {
            scratch_.clear();
            for (const Field* field : fields_)
                field->check(field->view(data_of(object.row()), scratch_));
        }
    }
    Request request(const std::string& sql) {
        return Request{.sql = &sql, .source = this, .parameters_per_row = fields_.size()};
    }

private:
    std::vector<const Field*> fields_;
    std::vector<Object> objects_;
    Scratch scratch_;
};

const Model& writable(const Model& model) {
    model.require_writable();
    return model;
}

/// The relations whose links are rows of the model; none as long as nothing is prefetched.
std::vector<GM2MField> relations_through(const Context& context, const Model& model) {
    std::vector<GM2MField> found;
    if (detail::Prefetched::is_in_use())
        for (const GM2MField& field : context.registry.gm2m_fields())
            if (field.find_source() && field.find_through() == &model)
                found.push_back(field);
    return found;
}

/// Rows of a through model are new: what was prefetched for what they link is outdated.
void outdate_new_links(Context& context, const Model& model, std::span<const Object> rows) {
    constexpr std::size_t few = 1'000;
    if (rows.size() > few)
        return outdate_links(context, model);
    for (const GM2MField& field : relations_through(context, model)) {
        const detail::ThroughChoice fields = detail::choose_through_fields(field.data());
        if (!fields.source || !fields.target)
            continue;  // as a check finds
        for (const Object& row : rows) {
            context.write_log.wrote(field.relation(), false, {&field.source(), row[fields.source->name()]});
            const Value type = row[fields.target->content_type->name()];
            const auto target = type.is_null() || !std::in_range<int>(type.view().integer())
                                    ? std::nullopt
                                    : context.content_types.find(static_cast<int>(type.view().integer()));
            if (target && target->registered)
                context.write_log.wrote(field.relation(), true, {target->registered, row[fields.target->key->name()]});
        }
    }
}

/// What an insertion of objects of one model consists of.
class Insertion {
public:
    Insertion(Context& context, const Model& model)
        : model_(writable(model)), statements_(ModelStatements::of(context, model)), keyed_(model, true), generated_(model, false),
          keys_(model.primary_key().kind()), key_sink_([this](std::span<const ValueView> row) { keys_.push(row[0]); }) {}

    const Model& model() const noexcept { return model_; }

    void add(const Object& object) {
        const Field& key = model_.primary_key();
        Scratch scratch;
        if (!is_missing_key(key, key.view(data_of(object.row()), scratch)))
            return keyed_.add(object);
        if (!key.is_generated())
            throw UnsavedObject(fmt::format("an object of {} has no key, and nobody makes one: give '{}' a value",
                                            model_.label(), key.name()));
        if (key.kind() == Kind::uuid) {
            const Uuid made = Uuid::random();
            key.assign(data_of(object.row()), ValueView::of_bytes(made.bytes.data(), 16));
            return keyed_.add(object);
        }
        generated_.add(object);
    }
    void check() {
        keyed_.check();
        generated_.check();
    }
    void append_requests(std::vector<Request>& requests) {
        key_kind_[0] = model_.primary_key().kind();
        if (keyed_.rows() > 0)
            requests.push_back(keyed_.request(statements_.insert));
        if (generated_.rows() > 0) {
            Request request = generated_.request(statements_.insert_generated);
            request.columns = key_kind_;
            request.sink = &key_sink_;
            requests.push_back(request);
        }
    }
    /// Only now that everything is written do the objects get their keys.
    void finish(StoredLog& log) {
        const Field& key = model_.primary_key();
        for (std::size_t i = 0; i < keys_.size(); ++i)
            key.assign(data_of(generated_.objects()[i].row()), keys_[i]);
        for (const auto* source : {&keyed_, &generated_})
            for (const Object& object : source->objects())
                log.set(*object.row(), true);
    }
    void outdate_links(Context& context) const {
        for (const auto* source : {&keyed_, &generated_})
            outdate_new_links(context, model_, source->objects());
    }

private:
    struct KeySink final : backend::ResultSink {
        explicit KeySink(std::function<void(std::span<const ValueView>)> take) : take_(std::move(take)) {}
        void row(std::span<const ValueView> cells) override { take_(cells); }
        std::function<void(std::span<const ValueView>)> take_;
    };

    const Model& model_;
    const ModelStatements& statements_;
    FieldSource keyed_, generated_;
    backend::ValueList keys_;
    Kind key_kind_[1] = {};
    KeySink key_sink_;
};

void send_saved(Context& context, const Object& object, const Reference& reference, bool created) {
    reference.model->signals().saved.send({object, reference, created, *context.database});
}

std::size_t run_one(Context& context, FieldSource& source, const std::string& sql) {
    Request request = source.request(sql);
    context.connection.execute(request, Access::write);
    return request.affected;
}

}  // namespace

void outdate_links(Context& context, const Model& model) {
    for (const GM2MField& field : relations_through(context, model))
        for (const bool reverse : {false, true})
            context.write_log.wrote_side(field.relation(), reverse);
}

void insert(Context& context, std::span<const Object> objects) {
    std::vector<std::unique_ptr<Insertion>> insertions;  // in the order in which the models first appear
    for (const Object& object : objects) {
        const Model& model = object.model();
        auto found = std::ranges::find_if(insertions, [&](const auto& i) { return &i->model() == &model; });
        if (found == insertions.end())
            found = insertions.insert(found, std::make_unique<Insertion>(context, model));
        (*found)->add(object);
    }
    std::vector<Request> requests;
    for (const auto& insertion : insertions) {
        insertion->check();
        insertion->append_requests(requests);
    }
    const auto run = [&] {
        context.connection.execute(requests, Access::write);
        for (const auto& insertion : insertions) {
            insertion->finish(context.stored_log);
            insertion->outdate_links(context);
        }
    };
    if (std::ranges::none_of(insertions, [](const auto& i) { return i->model().signals().saved.is_heard(); }))
        return run();
    backend::in_transaction(context.connection, [&] {
        run();
        for (const Object& object : objects)
            send_saved(context, object, object.reference(), true);
    });
}

Object find(Context& context, const Model& model, const Value& key) {
    const ModelStatements& statements = ModelStatements::of(context, model);
    const Field& primary_key = model.primary_key();
    const Value fitting = primary_key.coerce(key);
    Object found;
    if (!primary_key.can_hold(fitting.view()))
        return found;  // no row has such a key
    RowSink sink([&](std::span<const ValueView> row) { found = read_object(model, row); });
    const Parameter parameters[] = {Parameter(fitting)};
    Request request{.sql = &statements.select_by_key, .parameters = parameters, .columns = statements.kinds,
                    .sink = &sink};
    context.connection.execute(request, Access::read);
    return found;
}

Object get(Context& context, const Model& model, const Value& key) {
    if (Object found = find(context, model, key))
        return found;
    throw DoesNotExist(fmt::format("there is no {}:{}", model.label(), key.to_string()));
}

void update(Context& context, const ObjectView& object, std::span<const std::string_view> names) {
    const Model& model = *object.model;
    model.require_writable();
    if (!object.data)
        throw ObjectError(fmt::format("a reference to a {} has no values to write: update() takes an object",
                                      model.label()));
    const ModelStatements& statements = ModelStatements::of(context, model);
    const Field& key = model.primary_key();
    std::vector<const Field*> fields;
    for (const std::string_view name : names) {
        const Field& field = model.field(name);
        if (&field == &key)
            throw InvalidValue(fmt::format("{} is the primary key, which an update does not change", key.label()));
        fields.push_back(&field);
    }
    if (names.empty())
        for (const auto& field : model.fields())
            if (field.get() != &key)
                fields.push_back(field.get());
    if (fields.empty())
        return;  // nothing but a key
    Scratch scratch;
    std::vector<Parameter> parameters;
    for (const Field* field : fields) {
        parameters.emplace_back(field->kind(), field->view(object.data, scratch));
        field->check(parameters.back().value);
    }
    const ValueView key_value = key.view(object.data, scratch);
    if (is_missing_key(key, key_value))
        throw UnsavedObject(fmt::format("an object of {} was never saved: insert it first", model.label()));
    parameters.emplace_back(key.kind(), key_value);
    const std::string sql =
        names.empty() ? statements.update : update_statement(context.connection.dialect(), model, fields);
    Request request{.sql = &sql, .parameters = parameters};
    const auto run = [&] {
        context.connection.execute(request, Access::write);
        if (request.affected == 0)
            throw DoesNotExist(fmt::format("there is no {} to update", describe(model, key_value)));
        outdate_links(context, model);
    };
    if (!model.signals().saved.is_heard())
        return run();
    backend::in_transaction(context.connection, [&] {
        run();
        Object handle;
        if (object.row) {
            object.row->references.fetch_add(1, std::memory_order_relaxed);
            handle = Object::adopt(object.row);
        }
        send_saved(context, handle, {&model, Value(key.kind(), key_value)}, false);
    });
}

void update_many(Context& context, std::span<const Object> objects, std::span<const Field* const> fields) {
    if (objects.empty())
        return;
    const Model& model = objects.front().model();
    model.require_writable();
    std::vector<const Field*> columns(fields.begin(), fields.end());
    const std::string sql = update_statement(context.connection.dialect(), model, columns);
    columns.push_back(&model.primary_key());
    FieldSource source(columns);
    for (const Object& object : objects)
        source.add(object);
    source.check();
    /// Of each object whether its row was there.
    struct Sink final : backend::ResultSink {
        explicit Sink(std::span<const Object> given) : objects(given) {}
        void row(std::span<const ValueView>) override {}
        void executed(std::size_t i, std::size_t affected) override {
            if (affected == 0 && !gone)
                gone = objects[i];
        }
        std::span<const Object> objects;
        Object gone;
    };
    Sink sink(objects);
    backend::in_transaction(context.connection, [&] {
        Request request = source.request(sql);
        request.sink = &sink;
        context.connection.execute(request, Access::write);
        if (sink.gone)
            throw DoesNotExist(fmt::format("there is no {} to update", sink.gone.to_string()));
        outdate_links(context, model);
        if (model.signals().saved.is_heard())
            for (const Object& object : objects)
                send_saved(context, object, object.reference(), false);
    });
}

void save(Context& context, const Object& object) {
    const Model& model = object.model();
    model.require_writable();
    const Field& key = model.primary_key();
    Scratch scratch;
    if (is_missing_key(key, key.view(data_of(object.row()), scratch)))
        return insert(context, std::span(&object, 1));
    FieldSource source(model, true);
    source.add(object);
    source.check();
    const auto run = [&] {
        run_one(context, source, ModelStatements::of(context, model).upsert);
        context.stored_log.set(*object.row(), true);
        outdate_links(context, model);
    };
    if (!model.signals().saved.is_heard())
        return run();
    backend::in_transaction(context.connection, [&] {
        run();
        send_saved(context, object, object.reference(), false);
    });
}

}  // namespace gm2m::object_store
