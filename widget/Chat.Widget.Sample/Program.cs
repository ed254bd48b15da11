using Chat.Widget.Sample;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddRazorPages();

var service = ChatService.Find(builder.Configuration, builder.Environment);
builder.Services.AddSingleton(service);
builder.Services.AddHostedService<Greeter>();
builder.Services.AddChatWidget(chat =>
{
    chat.BaseUrl = service.Address;
    chat.ApiKey = service.Key;
    chat.Title = "Spoke & Saddle";
    chat.AvatarUrl = "/bicycle.svg";
    chat.Accent = "#0f6b5c";
    chat.PrivacyUrl = "/Privacy";
});

var app = builder.Build();
app.UseStrictPolicy();
app.UseStaticFiles();
app.MapRazorPages();
app.MapChatWidget();
app.Run();
