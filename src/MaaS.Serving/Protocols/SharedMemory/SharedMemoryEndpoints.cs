using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.SharedMemory;

/// <summary>
/// Triton's system shared memory extension over REST; and its CUDA one as far as clients need it, which ask to
/// unregister what they never registered.
/// </summary>
internal sealed class SharedMemoryEndpoints(SharedRegions regions, ServingEndpoint endpoint) : IEndpoints
{
    private const long MaxBody = 64 << 10;
    private const string Root = "/v2/systemsharedmemory";


    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Root + "/status", endpoint.Handle(StatusAsync)).WithScope(ServingScope.Predict);
        endpoints.MapGet(
            Root + "/region/{region}/status", endpoint.Handle(StatusAsync)).WithScope(ServingScope.Predict);
        endpoints.MapPost(Root + "/region/{region}/register", endpoint.Handle(RegisterAsync)).WithScope(
            ServingScope.Predict);
        endpoints.MapPost(Root + "/region/{region}/unregister", endpoint.Handle(Unregister)).WithScope(
            ServingScope.Predict);
        endpoints.MapPost(Root + "/unregister", endpoint.Handle(Unregister)).WithScope(ServingScope.Predict);
    }

    private Task StatusAsync(HttpContext context)
    {
        var caller = EndpointGuard.Of(context);
        var shown = context.Route("region") is { } name ? [regions.Find(caller, name)] : regions.Of(caller);
        return JsonAnswer.WriteValueAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (var region in shown)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, region.Name);
                writer.WriteString("key"u8, region.Key);
                writer.WriteNumber("offset"u8, region.Offset);
                writer.WriteNumber("byte_size"u8, region.Size);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private async Task RegisterAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, MaxBody).ConfigureAwait(false);
        var (key, offset, size) = Read(body.Json);
        regions.Register(EndpointGuard.Of(context), context.Route("region")!, key, offset, size);
    }

    private static (string Key, long Offset, long Size) Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        JsonMember.Expect(reader, JsonTokenType.StartObject, "body");
        string? key = null;
        long offset = 0;
        long? size = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Get(reader);
            reader.Read();
            switch (name)
            {
                case "key":
                    key = JsonMember.Text(ref reader, name);
                    break;
                case "offset" or "byte_size" when reader.TokenType == JsonTokenType.Number
                    && reader.TryGetInt64(out var number):
                    (offset, size) = name == "offset" ? (number, size) : (offset, number);
                    break;
                case "offset" or "byte_size":
                    throw RequestException.BadRequest($"{name}: expected an integer, got {reader.TokenType}");
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.Read(); // Throws where something follows the object.
        return key is not null && size is not null ? (key, offset, size.Value)
            : throw RequestException.BadRequest("expected an object with key, offset and byte_size");
    }

    private Task Unregister(HttpContext context)
    {
        regions.Unregister(EndpointGuard.Of(context), context.Route("region"));
        return Task.CompletedTask;
    }
}
