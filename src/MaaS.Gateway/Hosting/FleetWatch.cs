using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MaaS.Gateway.Security;
using MaaS.Gateway.Servers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MaaS.Gateway.Hosting;

/// <summary>Looks for servers, and at each of them, once in a while.</summary>
internal sealed partial class FleetWatch : BackgroundService
{
    private const string LateAnswer = "does not answer in time";

    private readonly GatewayOptions _options;
    private readonly Fleet _fleet;
    private readonly TimeProvider _clock;
    private readonly ILogger<FleetWatch> _logger;
    private readonly CallerTokens? _tokens;
    private readonly ServerLookup[] _lookups;
    private readonly ConcurrentDictionary<string, IReadOnlyList<ServerAddress>> _found = [];
    private readonly ConcurrentDictionary<string, string> _faults = [];
    private readonly HttpClient _client;

    public FleetWatch(
        GatewayOptions options, Fleet fleet, TimeProvider clock, ILogger<FleetWatch> logger,
        CallerTokens? tokens = null)
    {
        (_options, _fleet, _clock, _logger, _tokens) = (options, fleet, clock, logger, tokens);
        IServerSource[] sources =
        [
            .. options.Servers.Select(static s => new NamedServers(s)),
            .. options.Registry is { } registry ? [new RegisteredServers(registry, clock)] : (IServerSource[])[],
        ];
        _lookups = Array.ConvertAll(sources, s => new ServerLookup(s, options.ProbeTimeout, clock));
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            Timeout = options.ProbeTimeout,
        };
    }

    // The first look comes before the first request.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _client.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.ProbeInterval, _clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await LookAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_lookups.Select(l => FindAsync(l, cancellationToken))).ConfigureAwait(false);
        _fleet.Update([.. _found.Values.SelectMany(static f => f).DistinctBy(static a => a.Url)]);
        await Task.WhenAll(_fleet.Servers.Select(s => ProbeAsync(s, cancellationToken))).ConfigureAwait(false);
    }

    // A source that is slow must not keep servers from being looked at.
    private async Task FindAsync(ServerLookup source, CancellationToken cancellationToken)
    {
        try
        {
            _found[source.Name] = await source.FindAsync(cancellationToken).ConfigureAwait(false);
            _faults.TryRemove(source.Name, out _);
        }
        // Whatever it is, the gateway goes on with what it has.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Said once, not every second.
            var reason = e is OperationCanceledException ? LateAnswer : e.Message;
            if (_faults.GetValueOrDefault(source.Name) != reason)
            {
                LogSource(source.Name, reason);
            }

            _faults[source.Name] = reason;
        }
    }

    private async Task ProbeAsync(Server server, CancellationToken cancellationToken)
    {
        try
        {
            using var ready = await _client.GetAsync(new Uri(server.Address.Url, "/v2/health/ready"), cancellationToken)
                .ConfigureAwait(false);
            if (!ready.IsSuccessStatusCode)
            {
                server.Probed(ready: false, $"not ready ({(int)ready.StatusCode})", models: null);
                return;
            }

            var (models, state) = await ModelsAsync(server, cancellationToken).ConfigureAwait(false);
            server.Probed(ready: models is not null, state, models);
        }
        // What answers there may be anything.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            server.Probed(
                ready: false, e is OperationCanceledException ? LateAnswer : e.Message, models: null);
        }
    }

    private async Task<(IReadOnlySet<ServerModel>? Models, string State)> ModelsAsync(
        Server server, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(server.Address.Url, "/v2/repository/index"))
        {
            Content = new StringContent("{\"ready\":true}", Encoding.UTF8, MediaTypeHeaderValue.Parse(
                "application/json")),
        };
        if (_options.ServerKey is { } key)
        {
            request.Headers.Add("X-Api-Key", key);
        }
        else if (_tokens is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens.Own());
        }

        using var answer = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return (null, $"does not tell its models ({(int)answer.StatusCode}): give the gateway a key with the scope "
                + "read");
        }

        answer.EnsureSuccessStatusCode();
        using var index = JsonDocument.Parse(
            await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        return (
            index.RootElement.EnumerateArray().SelectMany(ReadVersion).ToHashSet(), "ready");
    }

    // A version, and each of its adapters where it has any.
    private static IEnumerable<ServerModel> ReadVersion(JsonElement version)
    {
        var model = new ServerModel(
            version.GetProperty("name").GetString()!, version.GetProperty("version").ToString());
        yield return model;
        if (version.TryGetProperty("adapters", out var adapters))
        {
            foreach (var adapter in adapters.EnumerateArray())
            {
                yield return model with { Adapter = adapter.GetString() };
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "{Source} does not say which servers there are, the known ones stay: {Reason}")]
    private partial void LogSource(string source, string reason);
}
