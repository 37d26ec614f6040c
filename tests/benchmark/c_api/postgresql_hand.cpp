#include "c_api/postgresql_hand.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <memory>
#include <stdexcept>

#include "c_api/binary_array.hpp"

namespace benchmark::c_api {
namespace {

// pg_type.dat
constexpr unsigned int8_oid = 20, int4_oid = 23, text_oid = 25, int4_array_oid = 1007, text_array_oid = 1009,
                   int8_array_oid = 1016;

constexpr char insert_sql[] =
    "WITH locked AS MATERIALIZED (SELECT id FROM cinema_user WHERE id = $1 FOR NO KEY UPDATE) "
    "INSERT INTO cinema_user_preferred_videos (gm2m_src_id, gm2m_ct_id, gm2m_pk) "
    "SELECT $1, k.ct, k.pk FROM unnest($2, $3) AS k (ct, pk) WHERE (SELECT count(*) FROM locked) >= 0 "
    "ON CONFLICT (gm2m_src_id, gm2m_ct_id, gm2m_pk) DO NOTHING RETURNING gm2m_ct_id, gm2m_pk";

constexpr int binary[] = {1, 1, 1};

std::string_view cell(const PGresult* result, int row, int column) {
    return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

}  // namespace

class PostgresqlHand::Result {
public:
    Result(PGconn* connection, PGresult* result) : result_(result, PQclear) {
        const ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            throw std::runtime_error(PQerrorMessage(connection));
    }
    const PGresult* get() const { return result_.get(); }
    int rows() const { return PQntuples(result_.get()); }

private:
    std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

PostgresqlHand::PostgresqlHand(const Address& address)
    : layout_(address.layout), connection_(PQconnectdb(address.location.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK)
        throw std::runtime_error(PQerrorMessage(connection_));
    read_content_types();
}

PostgresqlHand::~PostgresqlHand() {
    PQfinish(connection_);
}

PostgresqlHand::Added PostgresqlHand::add(std::int64_t user, const Objects& objects) {
    if (!insert_is_prepared_) {
        prepare("insert", insert_sql, {int8_oid, int4_array_oid, text_array_oid});
        insert_is_prepared_ = true;
    }
    BinaryArray content_types(int4_oid, objects.size());
    BinaryArray keys(text_oid, objects.size());
    for (const AnyVideo* video : objects) {
        const Key key = key_of(*video);
        char text[20];
        const auto end = std::to_chars(text, text + sizeof text, key.id).ptr;
        content_types.push(content_types_[key.model]);
        keys.push(std::string_view(text, end));
    }
    std::string source;
    append_integer(source, user);
    const char* values[] = {source.data(), content_types.data(), keys.data()};
    const int lengths[] = {8, content_types.size(), keys.size()};
    const Result result = execute_prepared("insert", 3, values, lengths);

    Added added;
    added.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        Key& key = added.emplace_back();
        key.model = model_of(read_integer<std::int32_t>(PQgetvalue(result.get(), row, 0)));
        const std::string_view text = cell(result.get(), row, 1);
        std::from_chars(text.data(), text.data() + text.size(), key.id);
    }
    return added;
}

PostgresqlHand::Videos PostgresqlHand::all(std::int64_t user) {
    if (!selects_are_prepared_) {
        prepare_selects();
        selects_are_prepared_ = true;
    }
    LinkedVideos linked;
    read_links(user, linked);
    read_videos(linked);
    return linked.take();
}

void PostgresqlHand::prepare_selects() {
    prepare(
        "links",
        std::string("SELECT gm2m_ct_id, gm2m_pk FROM cinema_user_preferred_videos WHERE gm2m_src_id = $1 ORDER BY ") +
            (layout_ == Layout::compact ? "gm2m_ct_id, gm2m_pk" : "id"),
        {int8_oid});
    for (const std::string_view name : model_names)
        prepare(std::string(name).c_str(),
                "SELECT k.place, t.title FROM unnest($1) WITH ORDINALITY AS k (id, place) JOIN cinema_" +
                    std::string(name) + " AS t ON t.id = k.id",
                {int8_array_oid});
}

void PostgresqlHand::read_links(std::int64_t user, LinkedVideos& linked) {
    std::string source;
    append_integer(source, user);
    const char* values[] = {source.data()};
    const int lengths[] = {8};
    const Result result = execute_prepared("links", 1, values, lengths);
    for (int row = 0; row < result.rows(); ++row) {
        const std::string_view text = cell(result.get(), row, 1);
        std::int64_t id = 0;
        std::from_chars(text.data(), text.data() + text.size(), id);
        linked.push_link(model_of(read_integer<std::int32_t>(PQgetvalue(result.get(), row, 0))), id);
    }
}

/// One statement per model, all in one round trip.
void PostgresqlHand::read_videos(LinkedVideos& linked) {
    check(PQenterPipelineMode(connection_));
    for (std::size_t model = 0; model < model_count; ++model) {
        BinaryArray ids(int8_oid, linked.count(model));
        for (std::size_t i = 0; i < linked.count(model); ++i)
            ids.push(linked.id(model, i));
        const char* values[] = {ids.data()};
        const int lengths[] = {ids.size()};
        check(PQsendQueryPrepared(connection_, std::string(model_names[model]).c_str(), 1, values, lengths, binary, 1));
    }
    check(PQpipelineSync(connection_));
    for (std::size_t model = 0; model < model_count; ++model) {
        const Result result(connection_, PQgetResult(connection_));
        for (int row = 0; row < result.rows(); ++row)
            linked.put(model,
                       static_cast<std::size_t>(read_integer<std::int64_t>(PQgetvalue(result.get(), row, 0))) - 1,
                       std::string(cell(result.get(), row, 1)));
        check(PQgetResult(connection_) == nullptr);
    }
    PQclear(PQgetResult(connection_));  // the answer to the Sync
    check(PQexitPipelineMode(connection_));
}

void PostgresqlHand::read_content_types() {
    const Result result = execute("SELECT id, model FROM gm2m_content_type WHERE app_label = 'cinema'");
    for (int row = 0; row < result.rows(); ++row)
        for (std::size_t model = 0; model < model_count; ++model)
            if (cell(result.get(), row, 1) == model_names[model])
                content_types_[model] = std::atoi(PQgetvalue(result.get(), row, 0));
}

std::size_t PostgresqlHand::model_of(int content_type) const {
    std::size_t model = 0;
    while (model < model_count && content_types_[model] != content_type)
        ++model;
    return model;
}

void PostgresqlHand::check(bool good) {
    if (!good)
        throw std::runtime_error(PQerrorMessage(connection_));
}

void PostgresqlHand::run(const char* sql) {
    execute(sql);
}

PostgresqlHand::Result PostgresqlHand::execute(const char* sql) {
    return {connection_, PQexec(connection_, sql)};
}

void PostgresqlHand::prepare(const char* name, const std::string& sql, std::initializer_list<unsigned> types) {
    Result(connection_, PQprepare(connection_, name, sql.c_str(), static_cast<int>(types.size()), types.begin()));
}

PostgresqlHand::Result PostgresqlHand::execute_prepared(const char* name, int count, const char* const* values,
                                                        const int* lengths) {
    return {connection_, PQexecPrepared(connection_, name, count, values, lengths, binary, 1)};
}

}  // namespace benchmark::c_api
