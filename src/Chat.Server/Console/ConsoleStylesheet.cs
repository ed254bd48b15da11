using System.Reflection;
using Chat.Widget.Theme;

namespace Chat.Server.Console;

/// <summary>The pages' stylesheet, at an address that names its content.</summary>
internal static class ConsoleStylesheet
{
    private static readonly string Text = Stylesheet.Read(Assembly.GetExecutingAssembly(), "Chat.Server.Console.console.css");

    private static readonly Stylesheet Sheet = new(Text);

    public static readonly string File = $"console.{Stylesheet.VersionOf(Text)}.css";

    public static Task ServeAsync(HttpContext context) =>
        Sheet.SendAsync(context, context.Request.RouteValues["file"] as string == File ? Stylesheet.Forever : Stylesheet.NotKept);
}
