using Chat.Server.Storage.Statements;

namespace Chat.Server.Tests.Storage;

/// <summary>What arguments that write themselves pass, by name, with the types that they pass it as.</summary>
internal static class PassedArguments
{
    /// <summary>The parameters of a type of arguments; the same name given twice is a fault.</summary>
    public static IReadOnlyDictionary<string, Type> Of(Type type) => Of((IArguments)Some(type));

    /// <summary>The parameters of arguments.</summary>
    public static IReadOnlyDictionary<string, Type> Of(IArguments arguments)
    {
        var seen = new Seen([]);
        arguments.AddTo(ref seen);
        return seen.Types;
    }

    // An object of the type, made of others where need be.
    private static object Some(Type type) => type switch
    {
        _ when Nullable.GetUnderlyingType(type) is { } value => Some(value),
        _ when type == typeof(string) => "x",
        _ when type == typeof(byte[]) => new byte[] { 1 },
        { IsValueType: true } => Activator.CreateInstance(type)!,
        _ => type.GetConstructors()[0] is var constructor ? constructor.Invoke([.. constructor.GetParameters().Select(parameter => Some(parameter.ParameterType))]) : type,
    };

    private readonly struct Seen(Dictionary<string, Type> types) : IParameters
    {
        public Dictionary<string, Type> Types => types;

        public void Add(string name, int value) => Saw(name, typeof(int));

        public void Add(string name, long value) => Saw(name, typeof(long));

        public void Add(string name, long? value) => Saw(name, typeof(long?));

        public void Add(string name, string? value) => Saw(name, typeof(string));

        public void Add(string name, byte[]? value) => Saw(name, typeof(byte[]));

        public void Add(string name, Guid value) => Saw(name, typeof(Guid));

        public void Add(string name, DateTimeOffset value) => Saw(name, typeof(DateTimeOffset));

        private void Saw(string name, Type type)
        {
            Assert.Equal('@', name[0]);
            Assert.True(types.TryAdd(name[1..], type), $"{name} is passed twice.");
        }
    }
}
