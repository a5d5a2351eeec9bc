using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace MaaS.Serving.Tests.Security;

/// <summary>Requests to a server with and without credentials.</summary>
internal static class SecuredServer
{
    public const string Instance = """{"instances": [[1, 2]]}""";

    public static Task<(HttpStatusCode Status, string Text)> PredictAsync(
        this TestServer server, string? bearer = null, string model = "same", string? apiKey = null)
        => server.Client.PredictAsync(bearer, model, apiKey);

    public static async Task<(HttpStatusCode Status, string Text)> PredictAsync(
        this HttpClient client, string? bearer = null, string model = "same", string? apiKey = null)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"/v1/models/{model}:predict", UriKind.Relative))
        {
            Content = new StringContent(Instance, Encoding.UTF8, "application/json"),
        };
        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        if (apiKey is not null)
        {
            request.Headers.Add("X-Api-Key", apiKey);
        }

        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static async Task<HttpStatusCode> StatusAsync(
        this TestServer server, HttpMethod method, string path, string? apiKey = null, Uri? address = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(address ?? server.Address, path));
        if (apiKey is not null)
        {
            request.Headers.Add("X-Api-Key", apiKey);
        }

        using var response = await server.Client.SendAsync(request);
        return response.StatusCode;
    }
}
