using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Keys in <c>X-Api-Key</c> or <c>Authorization: Bearer</c>, from the options and a file that may change while the
/// server runs.
/// </summary>
internal sealed partial class ApiKeyCredential : ICredential
{
    public const string Header = "X-Api-Key";

    private static readonly byte[] NoHash = new byte[32];

    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeyCredential> _logger;
    private readonly ApiKeyOptions[] _configured;
    private readonly ReloadedFile<FrozenDictionary<string, Entry>>? _file;
    private readonly FrozenDictionary<string, Entry> _keys;

    public ApiKeyCredential(IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<ApiKeyCredential> logger)
    {
        _time = time;
        _logger = logger;
        _configured = [.. options.Value.Security.ApiKeys];
        _keys = Index([]);
        _file = options.Value.Security.ApiKeyFile is { } file
            ? new(
                file,
                path => Index(ApiKeyFile.Read(path)),
                time,
                keys => LogReloaded(keys.Count),
                LogUnreadable) : null;
    }

    public string Name => "api-key";

    public ValueTask<Proof?> ReadAsync(HttpContext context)
    {
        var key = Key(context.Request.Headers);
        if (key is null)
        {
            return default;
        }

        var keys = _file?.Current ?? _keys;
        var known = ApiKey.TryReadId(key, out var id) && keys.TryGetValue(id, out var entry) ? entry : null;
        var matches = ApiKey.Matches(key.Length <= 256 ? key : "", known?.Hash ?? NoHash) && known is not null;
        Proof proof = !matches ? Proof.Refused("the API key is not known")
            : known!.Expires <= _time.GetUtcNow() ? Proof.Refused("the API key has expired")
            : known.Proof;
        return ValueTask.FromResult<Proof?>(proof);
    }

    private static string? Key(IHeaderDictionary headers)
    {
        if (headers.TryGetValue(Header, out var own))
        {
            return own.ToString();
        }

        const string Bearer = "Bearer maas_";
        var authorization = headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization["Bearer ".Length..].Trim() : null;
    }

    private FrozenDictionary<string, Entry> Index(IEnumerable<ApiKeyOptions> fromFile)
        => _configured.Concat(fromFile).DistinctBy(k => k.Id).ToFrozenDictionary(k => k.Id, k => new Entry(
            Convert.FromHexString(k.Sha256),
            k.Expires,
            new Proof(
                new Caller(
                    k.Name,
                    ServingScopes.Union(k.Scopes),
                    k.Models.Count > 0 ? k.Models : null,
                    k.RequestsPerSecond)
                {
                    TokensPerMinute = k.TokensPerMinute,
                    ConcurrentStreams = k.ConcurrentStreams,
                })));

    [LoggerMessage(LogLevel.Information, "The file of API keys has changed; {Count} keys are valid")]
    private partial void LogReloaded(int count);

    [LoggerMessage(LogLevel.Error, "The changed file of API keys cannot be read; the keys stay as they were")]
    private partial void LogUnreadable(Exception exception);

    private sealed record Entry(byte[] Hash, DateTimeOffset? Expires, Proof Proof);
}
