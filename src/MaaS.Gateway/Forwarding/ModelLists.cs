using System.Net;
using System.Text.Json;
using MaaS.Gateway.Servers;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Forwarding;

/// <summary>Answers <c>GET /v1/models</c> and <c>GET /v2/models</c> for the whole fleet: what each server lists for
/// this caller, once.</summary>
internal sealed class ModelLists(ServerConnections connections, Fleet fleet, GatewayOptions options)
{
    // Lists of many thousand models; what answers there may be anything.
    private const int MaxListBytes = 16 << 20;

    // The second has the names alone, the first OpenAI's members beside them.
    private static readonly string[] Addresses = ["/v1/models", "/v2/models"];

    /// <summary>The address of the list that a request asks for; null for none.</summary>
    public static string? Of(HttpRequest request)
        => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            ? Array.Find(
                Addresses,
                a => request.Path.Value!.TrimEnd('/').Equals(a, StringComparison.OrdinalIgnoreCase)) : null;

    /// <summary>Answers with what servers say within a probe's time; one that fails is left out.</summary>
    /// <param name="context">The request.</param>
    /// <param name="address">Of the list.</param>
    /// <returns>False where one server has all that there is to say, as that there is no such key; nothing is written
    /// then.</returns>
    public async Task<bool> AnswerAsync(HttpContext context, string address)
    {
        var servers = fleet.Servers.Where(static s => s.IsAvailable).ToArray();
        if (servers.Length < 2)
        {
            return false;
        }

        var lists = (await Task.WhenAll(servers.Select(s => AskAsync(context, s, address))).ConfigureAwait(false))
            .OfType<ModelList>().ToArray();
        if (lists.Length == 0)
        {
            return false;
        }

        await JsonAnswer.WriteAsync(context, writer => Write(writer, lists)).ConfigureAwait(false);
        return true;
    }

    private async Task<ModelList?> AskAsync(HttpContext context, Server server, string address)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(options.ProbeTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address.Url, address));
            await GatewayTransformer.Instance.TransformRequestAsync(
                context, request, server.Name, limit.Token).ConfigureAwait(false);
            request.Headers.AcceptEncoding.Clear();
            using var answer = await connections.Invoker.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return null;
            }

            await answer.Content.LoadIntoBufferAsync(MaxListBytes, limit.Token).ConfigureAwait(false);
            return ModelList.Read(await answer.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false));
        }
        // What answers there may be anything; the others have their say.
        catch (Exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, ModelList[] lists)
    {
        writer.WriteStartArray("models"u8);
        foreach (var name in lists.SelectMany(static l => l.Names).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        if (lists.All(static l => l.Models is null))
        {
            return;
        }

        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        // Adapters behind their model, the newest of what several servers have.
        foreach (var model in lists.SelectMany(static l => l.Models ?? [])
            .GroupBy(static m => AdapterName.Parse(m.Id))
            .OrderBy(static g => g.Key.Model, StringComparer.Ordinal)
            .ThenBy(static g => g.Key.Adapter, StringComparer.Ordinal))
        {
            model.MaxBy(static m => m.Created).Json.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    /// <summary>What one server lists; models where it says more than their names.</summary>
    private sealed record ModelList(string[] Names, (string Id, long Created, JsonElement Json)[]? Models)
    {
        public static ModelList Read(byte[] answer)
        {
            using var json = JsonDocument.Parse(answer);
            return new ModelList(
                [.. json.RootElement.GetProperty("models").EnumerateArray().Select(static n => n.GetString()!)],
                json.RootElement.TryGetProperty("data", out var data)
                    ? [.. data.EnumerateArray().Select(static m => (
                        m.GetProperty("id").GetString()!, m.GetProperty("created").GetInt64(), m.Clone()))] : null);
        }
    }
}
