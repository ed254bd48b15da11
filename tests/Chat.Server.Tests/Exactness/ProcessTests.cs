namespace Chat.Server.Tests.Exactness;

/// <summary>Tests that load the machine with processes: one after the other, beside tests that do not.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessTests
{
    public const string Name = "Processes";
}

/// <summary>Tests that measure this process: none beside another test.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneTests
{
    public const string Name = "Alone";
}
