// Serves every model of a folder. Run: dotnet run -c Release
// http://localhost:8080/ shows them and lets you ask; /docs lists every address.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddMaaS(options => options.ModelsPath = "models");   // More in appsettings.json, section MaaS.

var app = builder.Build();
app.MapMaaS();
app.Run();
