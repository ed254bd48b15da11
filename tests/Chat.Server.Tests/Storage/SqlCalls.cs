using Chat.Server.Storage;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Chat.Server.Tests.Storage;

/// <summary>A call of <see cref="DbSession"/> as it stands in the product's code.</summary>
/// <param name="Where">The method.</param>
/// <param name="Text">The static field that is run; null where code chooses between several.</param>
/// <param name="Row">What a row is read into; null where none is read.</param>
/// <param name="Arguments">The parameters that are passed, by name, with their types; null where none are.</param>
internal sealed record SqlCall(string Where, string? Text, Type? Row, IReadOnlyDictionary<string, Type>? Arguments);

/// <summary>Finds what a statement is called with and read into, by reading the compiled code.</summary>
internal static class SqlCalls
{
    private static readonly string[] ByReflection = ["ExecuteAsync", "FirstOrDefaultAsync", "ListAsync", "StreamAsync"];

    // Of the request path, whose arguments say themselves what is passed.
    private static readonly string[] OfRequests = ["RunAsync", "NumberAsync", "FirstAsync", "AllAsync", "EachAsync"];

    private static readonly string[] All = [.. ByReflection, .. OfRequests];

    public static IReadOnlyList<SqlCall> Of(ModuleDefinition module, System.Reflection.Assembly assembly) =>
        [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody).SelectMany(method => Of(method, assembly))];

    private static IEnumerable<SqlCall> Of(MethodDefinition method, System.Reflection.Assembly assembly)
    {
        method.Body.SimplifyMacros();
        var code = method.Body.Instructions;
        for (var at = 0; at < code.Count; at++)
        {
            if (code[at].Operand is not MethodReference { DeclaringType.FullName: "Chat.Server.Storage.DbSession" } call || !All.Contains(call.Name))
                continue;
            var arguments = Producer(code, at);
            // Behind the arguments stands who takes the rows.
            if (call.Name == "EachAsync")
                arguments = Producer(code, StartOf(code, arguments));
            var text = Producer(code, StartOf(code, arguments));
            yield return new SqlCall(
                method.FullName,
                code[text] is { OpCode.Code: Code.Ldsfld, Operand: FieldReference field } ? $"{field.DeclaringType.FullName["Chat.Server.".Length..]}.{field.Name}" : null,
                RowOf(call, assembly),
                call is GenericInstanceMethod generic && OfRequests.Contains(call.Name) ? PassedArguments.Of(Reflected(generic.GenericArguments[^1], assembly))
                : TypeOf(code[arguments]) is { } type ? PropertiesOf(type, assembly)
                : null);
        }
    }

    private static Type? RowOf(MethodReference call, System.Reflection.Assembly assembly) => call switch
    {
        { Name: "ExecuteAsync" or "RunAsync" } => null,
        { Name: "NumberAsync" } => typeof(long?),
        _ => Reflected(((GenericInstanceMethod)call).GenericArguments[0], assembly),
    };

    // Backwards to the instruction that leaves what is on top of the stack before this one.
    private static int Producer(IList<Instruction> code, int before)
    {
        var wanted = 1;
        for (var at = before - 1; at >= 0; at--)
        {
            wanted -= Pushes(code[at]);
            if (wanted <= 0)
                return at;
            wanted += Pops(code[at]);
        }

        throw new NotSupportedException("The start of the method was reached.");
    }

    // The first instruction of those that an instruction takes its operands from.
    private static int StartOf(IList<Instruction> code, int at)
    {
        var wanted = Pops(code[at]);
        while (wanted > 0)
        {
            at--;
            wanted += Pops(code[at]) - Pushes(code[at]);
        }

        return at;
    }

    private static int Pushes(Instruction instruction) => instruction.OpCode.StackBehaviourPush switch
    {
        StackBehaviour.Push0 => 0,
        StackBehaviour.Push1_push1 => 2,
        StackBehaviour.Varpush => ((MethodReference)instruction.Operand).ReturnType.FullName == "System.Void" ? 0 : 1,
        _ => 1,
    };

    private static int Pops(Instruction instruction) => instruction.OpCode.StackBehaviourPop switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Varpop when instruction.Operand is MethodReference method =>
            method.Parameters.Count + (method.HasThis && instruction.OpCode.Code != Code.Newobj ? 1 : 0),
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popref => 3,
        StackBehaviour.PopAll or StackBehaviour.Varpop => throw new NotSupportedException($"{instruction} among the arguments of a statement."),
        _ => 2,
    };

    private static TypeReference? TypeOf(Instruction instruction) => instruction switch
    {
        { OpCode.Code: Code.Ldnull } => null,
        { OpCode.Code: Code.Newobj, Operand: MethodReference constructor } => constructor.DeclaringType,
        { Operand: MethodReference call } => call.ReturnType,
        { Operand: FieldReference field } => field.FieldType,
        { Operand: VariableDefinition variable } => variable.VariableType,
        { Operand: ParameterDefinition parameter } => parameter.ParameterType,
        _ => throw new NotSupportedException($"{instruction} as the arguments of a statement."),
    };

    private static Dictionary<string, Type> PropertiesOf(TypeReference type, System.Reflection.Assembly assembly) =>
        Reflected(type, assembly).GetProperties().Where(property => property.GetIndexParameters().Length == 0)
            .ToDictionary(property => property.Name, property => property.PropertyType, StringComparer.Ordinal);

    private static Type Reflected(TypeReference type, System.Reflection.Assembly assembly) => type switch
    {
        ArrayType array => Reflected(array.ElementType, assembly).MakeArrayType(),
        GenericInstanceType generic => Reflected(generic.ElementType, assembly).MakeGenericType([.. generic.GenericArguments.Select(part => Reflected(part, assembly))]),
        _ => assembly.GetType(type.FullName.Replace('/', '+')) ?? Type.GetType(type.FullName) ?? throw new NotSupportedException($"The type {type.FullName}."),
    };
}
