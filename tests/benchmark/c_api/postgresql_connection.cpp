#include <libpq-fe.h>

#include <stdexcept>

#include "c_api/postgresql_hand.hpp"

// How the statements of the PostgreSQL hand reach the server.
namespace benchmark::c_api {

PostgresqlHand::Result::Result(PGconn* connection, PGresult* result) : result_(result, PQclear) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE)
        throw std::runtime_error(PQerrorMessage(connection));
}

int PostgresqlHand::Result::rows() const {
    return PQntuples(result_.get());
}

std::size_t PostgresqlHand::Result::changed() const {
    return std::stoul(PQcmdTuples(result_.get()));
}

std::string_view PostgresqlHand::Result::text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int32_t PostgresqlHand::Result::integer(int row, int column) const {
    return read_integer<std::int32_t>(PQgetvalue(result_.get(), row, column));
}

std::int64_t PostgresqlHand::Result::big_integer(int row, int column) const {
    return read_integer<std::int64_t>(PQgetvalue(result_.get(), row, column));
}

void PostgresqlHand::run(const char* sql) {
    execute(sql);
}

PostgresqlHand::Result PostgresqlHand::execute(const char* sql) {
    return {connection_, PQexec(connection_, sql)};
}

void PostgresqlHand::prepare(const char* name, const std::string& sql, const Parameters& parameters) {
    if (prepared_.insert(name).second)
        Result(connection_, PQprepare(connection_, name, sql.c_str(), parameters.count(), parameters.types()));
}

PostgresqlHand::Result PostgresqlHand::execute_prepared(const char* name, const std::string& sql,
                                                        const Parameters& parameters) {
    prepare(name, sql, parameters);
    return {connection_, PQexecPrepared(connection_, name, parameters.count(), parameters.values().data(),
                                        parameters.lengths().data(), parameters.formats().data(), 1)};
}

PostgresqlHand::Result PostgresqlHand::query(const std::string& sql, const Parameters& parameters) {
    return {connection_,
            PQexecParams(connection_, sql.c_str(), parameters.count(), parameters.types(), parameters.values().data(),
                         parameters.lengths().data(), parameters.formats().data(), 1)};
}

void PostgresqlHand::pipeline(const std::vector<Sent>& statements,
                              const std::function<void(std::size_t, const Result&)>& take) {
    for (const Sent& each : statements)
        if (each.name)
            prepare(each.name, each.sql, each.parameters);
    check(PQenterPipelineMode(connection_));
    for (const Sent& each : statements)
        if (each.name)
            check(PQsendQueryPrepared(connection_, each.name, each.parameters.count(), each.parameters.values().data(),
                                      each.parameters.lengths().data(), each.parameters.formats().data(), 1));
        else
            check(PQsendQueryParams(connection_, each.sql.c_str(), each.parameters.count(), each.parameters.types(),
                                    each.parameters.values().data(), each.parameters.lengths().data(),
                                    each.parameters.formats().data(), 1));
    check(PQpipelineSync(connection_));
    for (std::size_t i = 0; i < statements.size(); ++i) {
        take(i, Result(connection_, PQgetResult(connection_)));
        check(PQgetResult(connection_) == nullptr);
    }
    end_pipeline();
}

// libpq would apply the single-row mode of a statement outside of a pipeline to the pipeline that follows.
void PostgresqlHand::stream(const std::string& sql, const Parameters& parameters,
                            const std::function<void(const Result&)>& take) {
    check(PQenterPipelineMode(connection_));
    check(PQsendQueryParams(connection_, sql.c_str(), parameters.count(), parameters.types(),
                            parameters.values().data(), parameters.lengths().data(), parameters.formats().data(), 1));
    check(PQsetSingleRowMode(connection_));
    check(PQpipelineSync(connection_));
    while (PGresult* row = PQgetResult(connection_)) {
        const Result result(connection_, row);
        if (result.rows() > 0)
            take(result);
    }
    end_pipeline();
}

void PostgresqlHand::end_pipeline() {
    PGresult* synced = PQgetResult(connection_);  // only now has the transaction been committed
    const bool committed = PQresultStatus(synced) == PGRES_PIPELINE_SYNC;
    PQclear(synced);
    check(committed);
    check(PQexitPipelineMode(connection_));
}

void PostgresqlHand::check(bool good) {
    if (!good)
        throw std::runtime_error(PQerrorMessage(connection_));
}

void PostgresqlHand::read_content_types() {
    const Result result = execute("SELECT id, model FROM gm2m_content_type WHERE app_label = 'cinema'");
    for (int row = 0; row < result.rows(); ++row)
        for (std::size_t model = 0; model < model_count; ++model)
            if (result.text(row, 1) == model_names[model])
                content_types_[model] = std::stoi(std::string(result.text(row, 0)));
}

std::size_t PostgresqlHand::model_of(int content_type) const {
    std::size_t model = 0;
    while (model < model_count && content_types_[model] != content_type)
        ++model;
    return model;
}

}  // namespace benchmark::c_api
