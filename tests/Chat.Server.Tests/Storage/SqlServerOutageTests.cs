using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>What can be known of a SQL Server's absence without one.</summary>
public sealed class SqlServerOutageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_SQL_Server_that_does_not_answer_is_an_outage()
    {
        var database = new SqlServerDatabase(Unanswered());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => database.ReadAsync(_ => Task.FromResult(0), CancellationToken.None));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => database.WriteAsync(_ => Task.FromResult(0), CancellationToken.None));
    }

    // The program's own settings of the runtime decide whether the client can connect at all: it refuses the runtime's
    // globalization-invariant mode, which this test process does not run in. So this asks the program.
    [Fact]
    public async Task The_program_itself_can_try_to_reach_a_SQL_Server()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Database).Assembly.Location, "channel", "list"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["ConnectionStrings__SqlServer"] = Unanswered(),
            },
        };
        using var program = Process.Start(start)!;
        var output = program.StandardOutput.ReadToEndAsync();
        var error = await program.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await program.WaitForExitAsync().WaitAsync(Patience);
        Assert.StartsWith("The store is unavailable.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error + await output, StringComparison.Ordinal);
        Assert.Equal(1, program.ExitCode);
    }

    private static string Unanswered()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return $"Server=tcp:127.0.0.1,{port};User Id=chat;Password=secret;Connect Timeout=1";
    }
}
