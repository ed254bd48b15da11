using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>What each error of SQL Server means for the work that met it.</summary>
public sealed class SqlServerFaultsTests
{
    [Theory]
    [InlineData(1205, 13, "conflict")]
    [InlineData(1222, 16, "conflict")]
    [InlineData(3960, 16, "conflict")]
    [InlineData(2627, 14, "duplicate")]
    [InlineData(2601, 14, "duplicate")]
    [InlineData(-2, 11, "timeout")]
    [InlineData(0, 20, "connection")]
    [InlineData(0, 11, "connection")]
    [InlineData(20, 20, "connection")]
    [InlineData(53, 20, "connection")]
    [InlineData(64, 20, "connection")]
    [InlineData(121, 20, "connection")]
    [InlineData(233, 20, "connection")]
    [InlineData(10053, 20, "connection")]
    [InlineData(10054, 20, "connection")]
    [InlineData(10060, 20, "connection")]
    [InlineData(10061, 20, "connection")]
    [InlineData(4060, 11, "connection")]
    [InlineData(40197, 17, "connection")]
    [InlineData(40613, 17, "connection")]
    [InlineData(6005, 10, "connection")]
    [InlineData(10928, 16, "overloaded")]
    [InlineData(10929, 16, "overloaded")]
    [InlineData(40501, 20, "overloaded")]
    [InlineData(49918, 16, "overloaded")]
    [InlineData(49919, 16, "overloaded")]
    [InlineData(49920, 16, "overloaded")]
    public void What_passes_is_worth_another_try(int number, byte severity, string kind)
    {
        var found = SqlServerFaults.KindOf(SqlFault.Of(number, severity));
        Assert.Equal(kind, found.Name());
        Assert.True(found.IsTransient());
        Assert.Equal(found, SqlServerFaults.KindOf(number, severity));
    }

    [Theory]
    [InlineData(18456, 14)]
    [InlineData(3906, 16)]
    [InlineData(1105, 17)]
    [InlineData(9002, 17)]
    public void A_server_that_refuses_is_unavailable_and_not_asked_again_at_once(int number, byte severity)
    {
        var found = SqlServerFaults.KindOf(SqlFault.Of(number, severity));
        Assert.Equal((FaultKind.Unavailable, false), (found, found.IsTransient()));
    }

    [Theory]
    [InlineData(102, 15)]
    [InlineData(207, 16)]
    [InlineData(208, 16)]
    [InlineData(515, 16)]
    [InlineData(547, 16)]
    [InlineData(2628, 16)]
    [InlineData(8134, 16)]
    [InlineData(50000, 16)]
    public void A_mistake_of_ours_is_neither(int number, byte severity)
    {
        var found = SqlServerFaults.KindOf(SqlFault.Of(number, severity));
        Assert.Equal((FaultKind.Other, false), (found, found.IsTransient()));
    }

    [Theory]
    [InlineData(99_999, 20, true)]
    [InlineData(99_999, 25, true)]
    [InlineData(99_999, 19, false)]
    public void An_error_that_ended_the_connection_is_worth_a_new_one_whatever_its_number(int number, byte severity, bool transient) =>
        Assert.Equal(transient, SqlServerFaults.KindOf(number, severity).IsTransient());

    [Fact]
    public void Of_several_errors_the_first_that_says_something_counts()
    {
        Assert.Equal(FaultKind.Duplicate, SqlServerFaults.KindOf(SqlFault.Of((2627, 14), (3621, 0))));
        Assert.Equal(FaultKind.Connection, SqlServerFaults.KindOf(SqlFault.Of((5701, 0), (4060, 11), (18456, 14))));
        Assert.Equal(FaultKind.Other, SqlServerFaults.KindOf(SqlFault.Of((547, 16), (3621, 0))));
    }

    [Fact]
    public void A_pool_that_has_run_out_is_an_overload_and_any_other_invalid_operation_is_ours()
    {
        Assert.Equal(FaultKind.Overloaded, SqlServerFaults.KindOf(new InvalidOperationException("No connection came free.") { Source = "Microsoft.Data.SqlClient" }));
        Assert.Equal(FaultKind.Other, SqlServerFaults.KindOf(new InvalidOperationException("Ours.")));
        Assert.Equal(FaultKind.Other, SqlServerFaults.KindOf(new OperationCanceledException()));
    }
}
