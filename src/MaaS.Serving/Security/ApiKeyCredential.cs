using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>Keys in <c>X-Api-Key</c> or <c>Authorization: Bearer</c>, from the options and a file that may change while the server runs.</summary>
internal sealed partial class ApiKeyCredential : ICredential
{
    public const string Header = "X-Api-Key";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly byte[] NoHash = new byte[32];

    private readonly SecurityOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeyCredential> _logger;
    private readonly Lock _reload = new();
    private FrozenDictionary<string, Entry> _keys;
    private DateTime _fileTime;
    private long _looked;

    public ApiKeyCredential(IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<ApiKeyCredential> logger)
    {
        _options = options.Value.Security;
        _time = time;
        _logger = logger;
        _looked = time.GetTimestamp();
        _fileTime = FileTime();
        _keys = Index(_options.ApiKeyFile is { } file ? ApiKeyFile.Read(file) : []);
    }

    public string Name => "api-key";

    public ValueTask<Proof?> ReadAsync(HttpContext context)
    {
        var key = Key(context.Request.Headers);
        if (key is null)
        {
            return default;
        }

        Reload();
        var known = ApiKey.TryReadId(key, out var id) && _keys.TryGetValue(id, out var entry) ? entry : null;
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
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim() : null;
    }

    /// <summary>Takes over a changed file; one that cannot be read leaves the keys as they were.</summary>
    private void Reload()
    {
        if (_options.ApiKeyFile is not { } file || _time.GetElapsedTime(Volatile.Read(ref _looked)) < LookEvery || !_reload.TryEnter())
        {
            return;
        }

        try
        {
            Volatile.Write(ref _looked, _time.GetTimestamp());
            var time = FileTime();
            if (time != _fileTime)
            {
                _keys = Index(ApiKeyFile.Read(file));
                _fileTime = time;
                LogReloaded(_keys.Count);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            LogUnreadable(e);
        }
        finally
        {
            _reload.Exit();
        }
    }

    private DateTime FileTime() => _options.ApiKeyFile is { } file ? File.GetLastWriteTimeUtc(file) : default;

    private FrozenDictionary<string, Entry> Index(IEnumerable<ApiKeyOptions> fromFile)
        => _options.ApiKeys.Concat(fromFile).DistinctBy(k => k.Id).ToFrozenDictionary(k => k.Id, k => new Entry(
            Convert.FromHexString(k.Sha256),
            k.Expires,
            new Proof(new Caller(k.Name, ServingScopes.Union(k.Scopes), k.Models.Count > 0 ? k.Models : null, k.RequestsPerSecond))));

    [LoggerMessage(LogLevel.Information, "The file of API keys has changed; {Count} keys are valid")]
    private partial void LogReloaded(int count);

    [LoggerMessage(LogLevel.Error, "The changed file of API keys cannot be read; the keys stay as they were")]
    private partial void LogUnreadable(Exception exception);

    private sealed record Entry(byte[] Hash, DateTimeOffset? Expires, Proof Proof);
}
