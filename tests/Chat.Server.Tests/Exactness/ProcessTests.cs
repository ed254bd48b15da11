namespace Chat.Server.Tests.Exactness;

/// <summary>Tests that load the machine with processes: one after the other, and none beside other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessTests
{
    public const string Name = "Processes";
}
