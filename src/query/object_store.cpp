#include "query/object_store.hpp"

#include <algorithm>
#include <deque>
#include <functional>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/object_signals.hpp>

#include "model/prefetched.hpp"
#include "model/through.hpp"
#include "query/field_source.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"

namespace gm2m::object_store {
namespace {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::RowSink;

const Model& writable(const Model& model) {
    model.require_writable();
    return model;
}

/// The relations through models for which that holds; none as long as nothing is prefetched.
std::vector<GM2MField> relations_through(const Context& context,
                                         const std::function<bool(const Model&)>& is_concerned) {
    std::vector<GM2MField> found;
    if (detail::Prefetched::is_in_use())
        for (const GM2MField& field : context.registry.gm2m_fields())
            if (field.find_source() && field.find_through() && is_concerned(*field.find_through()))
                found.push_back(field);
    return found;
}

/// Rows of a through model are new: what was prefetched for what they link is outdated.
void outdate_new_links(Context& context, const Model& model, std::span<const Object> rows) {
    constexpr std::size_t few = 1'000;
    if (rows.size() > few)
        return outdate_links(context, model);
    const auto has_rows = [&](const Model& through) { return model.is_a(through); };
    for (const GM2MField& field : relations_through(context, has_rows)) {
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

/// What an insertion of objects of one model consists of: table by table, a parent's row before the one that points to
/// it.
class Insertion {
public:
    Insertion(Context& context, const Model& model)
        : model_(writable(model)), tables_(model.table_models()), keyed_(model, *tables_.front(), true),
          generated_(model, *tables_.front(), false), keys_(model.primary_key().kind()),
          key_sink_([this](std::span<const ValueView> row) { keys_.push(row[0]); }) {
        for (const Model* table : tables_)
            statements_.push_back(&RowWriteStatements::of(context, *table));
    }

    const Model& model() const noexcept { return model_; }
    std::size_t tables() const noexcept { return tables_.size(); }

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
        parts_.reserve(2 * tables_.size() - 2);
        for (std::size_t i = 1; i < tables_.size(); ++i)
            for (const auto& [first, with_key] : {std::pair(&keyed_, true), std::pair(&generated_, false)}) {
                FieldSource& own = parts_.emplace_back(model_, *tables_[i], true);
                for (const Object& object : first->objects())
                    own.add(object);
                own.check(with_key);
                if (!with_key)
                    own.take_keys(keys_);
            }
    }
    /// Of the i-th table; once the one before has its rows.
    void append_requests(std::size_t i, std::vector<Request>& requests) {
        if (i >= tables_.size())
            return;
        const RowWriteStatements& statements = *statements_[i];
        if (i > 0) {
            for (FieldSource* source : {&parts_[2 * i - 2], &parts_[2 * i - 1]})
                if (source->rows() > 0)
                    requests.push_back(source->request(statements.insert));
            return;
        }
        key_kind_[0] = model_.primary_key().kind();
        if (keyed_.rows() > 0)
            requests.push_back(keyed_.request(statements.insert));
        if (generated_.rows() > 0) {
            Request request = generated_.request(statements.insert_generated);
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
    std::vector<const Model*> tables_;
    std::vector<const RowWriteStatements*> statements_;  // of each
    FieldSource keyed_, generated_;                      // of the first table
    std::vector<FieldSource> parts_;                     // of each further one, of both
    backend::ValueList keys_;
    Kind key_kind_[1] = {};
    KeySink key_sink_;
};

void send_saved(Context& context, const Object& object, const Reference& reference, bool created) {
    reference.model->signals().saved.send({object, reference, created, *context.database});
}

/// Those of the fields that are in a table.
std::vector<const Field*> in_table(std::span<const Field* const> fields, const Model& table) {
    std::vector<const Field*> own(fields.begin(), fields.end());
    std::erase_if(own, [&](const Field* field) { return &field->table_model() != &table; });
    return own;
}

/// Writes fields of one object: one statement for each table that they are in.
class Update {
public:
    Update(Context& context, const Model& model, const std::vector<const Field*>& fields, const void* data,
           bool is_of_all)
        : context_(context) {
        const std::vector<const Model*> tables = model.table_models();
        parameters_.reserve(tables.size());
        statements_.reserve(tables.size());
        for (const Model* table : tables) {
            std::vector<const Field*> own = in_table(fields, *table);
            if (own.empty())
                continue;
            std::vector<Parameter>& parameters = parameters_.emplace_back();
            own.push_back(&model.primary_key());
            for (const Field* field : own)
                parameters.emplace_back(field->kind(), field->view(data, scratch_));
            own.pop_back();
            const bool is_known = is_of_all && table == &model;
            const std::string& sql =
                is_known ? RowWriteStatements::of(context, model).update
                         : statements_.emplace_back(update_statement(context.connection.dialect(), model, *table, own));
            requests_.push_back({.sql = &sql, .parameters = parameters});
        }
    }

    bool is_of_several_tables() const noexcept { return requests_.size() > 1; }
    /// False if a row is missing.
    bool run() {
        context_.connection.execute(requests_, Access::write);
        return std::ranges::none_of(requests_, [](const Request& request) { return request.affected == 0; });
    }

private:
    Context& context_;
    Scratch scratch_;
    std::vector<std::vector<Parameter>> parameters_;
    std::vector<std::string> statements_;
    std::vector<Request> requests_;
};

}  // namespace

void outdate_links(Context& context, const Model& model) {
    const auto shares_rows = [&](const Model& through) { return model.is_a(through) || through.is_a(model); };
    for (const GM2MField& field : relations_through(context, shares_rows))
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
    std::size_t tables = 0;
    for (const auto& insertion : insertions) {
        insertion->check();
        tables = std::max(tables, insertion->tables());
    }
    const auto run = [&] {
        for (std::size_t i = 0; i < tables; ++i) {
            std::vector<Request> requests;
            for (const auto& insertion : insertions)
                insertion->append_requests(i, requests);
            context.connection.execute(requests, Access::write);
        }
        for (const auto& insertion : insertions) {
            insertion->finish(context.stored_log);
            insertion->outdate_links(context);
        }
    };
    const bool is_heard =
        std::ranges::any_of(insertions, [](const auto& i) { return i->model().signals().saved.is_heard(); });
    if (!is_heard && tables < 2)
        return run();
    backend::in_transaction(context.connection, [&] {
        run();
        if (is_heard)
            for (const Object& object : objects)
                send_saved(context, object, object.reference(), true);
    });
}

Object find(Context& context, const Model& model, const Value& key) {
    const std::string& sql = RowReadStatements::of(context, model).select_by_key;
    const Field& primary_key = model.primary_key();
    const Value fitting = primary_key.coerce(key);
    Object found;
    if (!primary_key.can_hold(fitting.view()))
        return found;  // no row has such a key
    RowMaker rows(model);
    RowSink sink([&](std::span<const ValueView> row) { found = read_object(rows, row); });
    const Parameter parameters[] = {Parameter(fitting)};
    Request request{
        .sql = &sql, .parameters = parameters, .columns = ModelColumns::of(context, model).kinds, .sink = &sink};
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
    for (const Field* field : fields)
        field->check(field->view(object.data, scratch));
    const ValueView key_value = key.view(object.data, scratch);
    if (is_missing_key(key, key_value))
        throw UnsavedObject(fmt::format("an object of {} was never saved: insert it first", model.label()));
    Update update(context, model, fields, object.data, names.empty());
    const auto run = [&] {
        if (!update.run())
            throw DoesNotExist(fmt::format("there is no {} to update", describe(model, key_value)));
        outdate_links(context, model);
    };
    if (!model.signals().saved.is_heard() && !update.is_of_several_tables())
        return run();
    backend::in_transaction(context.connection, [&] {
        run();
        if (!model.signals().saved.is_heard())
            return;
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
    std::deque<FieldSource> sources;
    std::deque<std::string> statements;
    std::vector<Request> requests;
    for (const Model* table : model.table_models()) {
        std::vector<const Field*> columns = in_table(fields, *table);
        if (columns.empty())
            continue;
        const std::string& sql =
            statements.emplace_back(update_statement(context.connection.dialect(), model, *table, columns));
        columns.push_back(&model.primary_key());
        FieldSource& source = sources.emplace_back(columns);
        for (const Object& object : objects)
            source.add(object);
        source.check();
        requests.push_back(source.request(sql));
        requests.back().sink = &sink;
    }
    backend::in_transaction(context.connection, [&] {
        context.connection.execute(requests, Access::write);
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
    const std::vector<const Model*> tables = model.table_models();
    std::vector<FieldSource> sources;
    sources.reserve(tables.size());
    std::vector<Request> requests;
    for (const Model* table : tables) {
        FieldSource& source = sources.emplace_back(model, *table, true);
        source.add(object);
        source.check();
        requests.push_back(source.request(RowWriteStatements::of(context, *table).upsert));
    }
    const auto run = [&] {
        context.connection.execute(requests, Access::write);
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
