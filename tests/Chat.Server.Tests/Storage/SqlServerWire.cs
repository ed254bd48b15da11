using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Chat.Server.Storage;
using Microsoft.Data.SqlClient;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// The two ends of SQL Server's client without a server between them: the client's own parameters as the product fills them,
/// and rows of the types that a server gives. Everything in between is the product and Dapper.
/// </summary>
internal sealed class SqlServerWire(DataTable answer) : DbConnection
{
    /// <summary>What the last command was sent with.</summary>
    public SqlParameterCollection Sent { get; private set; } = new SqlCommand().Parameters;

    [AllowNull]
    public override string ConnectionString { get; set; } = "";

    public override string Database => "";

    public override string DataSource => "";

    public override string ServerVersion => "";

    public override ConnectionState State => ConnectionState.Open;

    /// <summary>A session of the product over this wire.</summary>
    public DbSession Session => new(this, null, DatabaseEngine.SqlServer, CancellationToken.None);

    public override void ChangeDatabase(string databaseName)
    {
    }

    public override void Close()
    {
    }

    public override void Open()
    {
    }

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

    protected override DbCommand CreateDbCommand() => new Command(this, answer);

    private sealed class Command(SqlServerWire wire, DataTable answer) : DbCommand
    {
        private readonly SqlCommand _inner = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => _inner.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override void Prepare()
        {
        }

        public override int ExecuteNonQuery()
        {
            wire.Sent = _inner.Parameters;
            return 1;
        }

        public override object? ExecuteScalar() => throw new NotSupportedException();

        protected override DbParameter CreateDbParameter() => new SqlParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        {
            wire.Sent = _inner.Parameters;
            return answer.CreateDataReader();
        }
    }
}
