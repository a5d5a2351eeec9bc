using System.Globalization;
using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>The model repository extension over REST: index, load and unload.</summary>
internal sealed class RepositoryEndpoints(ModelRepository models, ServingEndpoint endpoint) : IEndpoints
{
    // Bodies of these requests hold a flag or two.
    private const long MaxBody = 64 << 10;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/v2/repository/index", endpoint.Handle(IndexAsync)).WithScope(ServingScope.Read);
        endpoints.MapPost(
            "/v2/repository/models/{name}/load", endpoint.Handle(LoadAsync)).WithScope(ServingScope.Admin);
        endpoints.MapPost("/v2/repository/models/{name}/unload", endpoint.Handle(UnloadAsync)).WithScope(
            ServingScope.Admin);
    }

    /// <summary>Refuses what would load a model from elsewhere than the models folder.</summary>
    /// <exception cref="RequestException">400: the parameter is not supported.</exception>
    public static void ThrowIfUnsupported(string parameter)
    {
        if (parameter == "config" || parameter.StartsWith("file:", StringComparison.Ordinal))
        {
            throw RequestException.BadRequest(
                $"parameters: expected a model of the models folder as it is, got '{parameter}'");
        }
    }

    private async Task IndexAsync(HttpContext context)
    {
        var onlyReady = false;
        await ReadAsync(context, (ref reader) =>
        {
            if (JsonText.Is(reader, "ready"u8))
            {
                reader.Read();
                onlyReady = reader.TokenType is JsonTokenType.True or JsonTokenType.False
                    ? reader.TokenType == JsonTokenType.True
                    : throw RequestException.BadRequest($"ready: expected true or false, got {reader.TokenType}");
                return;
            }

            reader.Read();
            reader.Skip();
        }).ConfigureAwait(false);
        await JsonAnswer.WriteValueAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (var status in new ModelAccess(models, context).Index().Where(s => !onlyReady || s.IsServable))
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, status.Name);
                writer.WriteString("version"u8, status.Version.ToString(CultureInfo.InvariantCulture));
                writer.WriteString("state"u8, RepositoryStates.Name(status.State));
                writer.WriteString("reason"u8, status.ErrorMessage);
                if (status.Adapters.Count > 0)
                {
                    // Beyond the specification: a gateway sends texts of an adapter where it is.
                    writer.WriteStartArray("adapters"u8);
                    foreach (var adapter in status.Adapters)
                    {
                        writer.WriteStringValue(adapter);
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private async Task LoadAsync(HttpContext context)
    {
        await ReadAsync(context, static (ref reader) =>
        {
            var isParameters = JsonText.Is(reader, "parameters"u8);
            reader.Read();
            if (!isParameters)
            {
                reader.Skip();
                return;
            }

            JsonMember.Expect(reader, JsonTokenType.StartObject, "parameters");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ThrowIfUnsupported(JsonText.Get(reader));
                reader.Read();
                reader.Skip();
            }
        }).ConfigureAwait(false);
        await new ModelAccess(models, context).LoadAsync(
            context.Route("name")!, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task UnloadAsync(HttpContext context)
    {
        // No model depends on another here, so unload_dependents changes nothing.
        await ReadAsync(context, static (ref reader) =>
        {
            reader.Read();
            reader.Skip();
        }).ConfigureAwait(false);
        await new ModelAccess(models, context).UnloadAsync(
            context.Route("name")!, version: null, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads an object, or nothing at all; the member's reader stands on its name and leaves on its value's end.
    /// </summary>
    private static async Task ReadAsync(HttpContext context, MemberReader readMember)
    {
        using var body = await RequestBody.ReadAsync(context, MaxBody).ConfigureAwait(false);
        if (body.Json.Trim(" \t\r\n"u8).IsEmpty)
        {
            return;
        }

        var reader = new Utf8JsonReader(body.Json);
        reader.Read();
        JsonMember.Expect(reader, JsonTokenType.StartObject, "body");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            readMember(ref reader);
        }

        reader.Read(); // Throws where something follows the object.
    }

    private delegate void MemberReader(ref Utf8JsonReader reader);
}
