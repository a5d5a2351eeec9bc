using System.CommandLine;
using System.Globalization;
using MaaS.Cli.CommandLine;
using MaaS.Serving;
using MaaS.Serving.Security;

namespace MaaS.Cli.Commands;

/// <summary><c>maas keys</c>: makes, lists and revokes API keys of a server.</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand()
        : base("keys", "Makes, lists and revokes the API keys of a server (maas serve --keys FILE).")
    {
        Subcommands.Add(new Create());
        Subcommands.Add(new List());
        Subcommands.Add(new Revoke());
    }

    private static Option<string> File() => new("--file")
    {
        Description = "The file of keys; running servers take changes over.",
        HelpName = "file",
        DefaultValueFactory = _ => "keys.json",
    };

    private static IReadOnlyList<ApiKeyOptions> Read(string file)
        => System.IO.File.Exists(file) ? ApiKeyFile.Read(file) : [];

    private sealed class Create : VerbCommand
    {
        private readonly Argument<string> _name = new("name")
        {
            Description = "Who gets the key, in logs and in the audit log.",
        };
        private readonly Option<string> _file = File();
        private readonly Option<string[]> _scopes = OptionKinds.Several(
            "--scope", "predict, read, admin or publish; may be given several times. Default: predict and read.",
            "scope");
        private readonly Option<string[]> _models = OptionKinds.Several(
            "--model", "A model that it opens; may be given several times. Default: all.", "name");
        private readonly Option<int?> _days = new("--days")
        {
            Description = "Days until it ceases to work. Default: never.",
            HelpName = "number",
        };
        private readonly Option<double?> _requests = Limit<double>(
            "--requests-per-second", "Requests a second that its holder may send.");
        private readonly Option<long?> _tokens = Limit<long>(
            "--tokens-per-minute", "Tokens a minute that language models and encoders may read and write for it.");
        private readonly Option<int?> _streams = Limit<int>(
            "--concurrent-streams", "Texts of language models that it may have under way at once.");

        public Create()
            : base("create", "Makes a key, shows it once, and stores its hash.")
        {
            Arguments.Add(_name);
            new Option[] { _file, _scopes, _models, _days, _requests, _tokens, _streams }.AddTo(this);
        }

        public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
        [
            ("maas keys create web-shop --model digits --days 90", "A key for one model and three months."),
            ("maas keys create chat --tokens-per-minute 60000 --concurrent-streams 4", "A key for so much text."),
        ];

        protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
        {
            if (result.GetValue(_days) is < 1 or > 36500)
            {
                throw new UsageException($"--days: expected 1 to 36500, got {result.GetValue(_days)}.");
            }

            var (requests, tokens, streams) = (
                result.GetValue(_requests), result.GetValue(_tokens), result.GetValue(_streams));
            if (requests is <= 0 or > RateLimitOptions.MaxRequestsPerSecond or double.NaN)
            {
                throw new UsageException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"--requests-per-second: expected above 0 to {RateLimitOptions.MaxRequestsPerSecond}, got "
                        + $"{requests}."));
            }

            if (tokens is < 1 or > TokenLimitOptions.MaxTokensPerMinute)
            {
                throw new UsageException(
                    $"--tokens-per-minute: expected 1 to {TokenLimitOptions.MaxTokensPerMinute}, got {tokens}.");
            }

            if (streams is < 1 or > TokenLimitOptions.MaxConcurrentStreams)
            {
                throw new UsageException(
                    $"--concurrent-streams: expected 1 to {TokenLimitOptions.MaxConcurrentStreams}, got {streams}.");
            }

            var file = result.GetRequiredValue(_file);
            var scopes = result.GetRequiredValue(_scopes);
            var (key, stored) = ApiKey.Create(
                result.GetRequiredValue(_name),
                scopes.Length > 0 ? scopes : ["predict", "read"],
                result.GetRequiredValue(_models),
                result.GetValue(_days) is { } days ? DateTimeOffset.UtcNow.AddDays(days) : null);
            (stored.RequestsPerSecond, stored.TokensPerMinute, stored.ConcurrentStreams) = (requests, tokens, streams);
            ApiKeyFile.Write(file, [.. Read(file), stored]);
            Console.WriteLine(key);
            Console.Error.WriteLine(
                $"{file} has its hash only: keep the key now. Send it as X-Api-Key, or as Authorization: Bearer.");
            return Task.FromResult(ExitCode.Success);
        }

        private static Option<T?> Limit<T>(string name, string description)
            where T : struct
            => new(name) { Description = $"{description} Default: the server's limit.", HelpName = "number" };
    }

    private sealed class List : VerbCommand
    {
        private readonly Option<string> _file = File();

        public List()
            : base("list", "Shows who has a key, and what for.") => Options.Add(_file);

        public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
            => [("maas keys list --file keys.json", "Every key of a file.")];

        protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
        {
            var keys = ApiKeyFile.Read(result.GetRequiredValue(_file));
            foreach (var key in keys)
            {
                Console.WriteLine(
                    $"{key.Id}  {key.Name}  {string.Join(",", key.Scopes)}  "
                        + $"{(key.Models.Count > 0 ? string.Join(",", key.Models) : "*")}  "
                    + (key.Expires is { } end ? $"until {end:yyyy-MM-dd}" : "without end")
                    + string.Concat(Limits(key)));
            }

            return Task.FromResult(ExitCode.Success);
        }

        private static IEnumerable<string> Limits(ApiKeyOptions key)
        {
            if (key.RequestsPerSecond is { } requests)
            {
                yield return FormattableString.Invariant($"  {requests} requests/s");
            }

            if (key.TokensPerMinute is { } tokens)
            {
                yield return $"  {tokens} tokens/min";
            }

            if (key.ConcurrentStreams is { } streams)
            {
                yield return $"  {streams} streams";
            }
        }
    }

    private sealed class Revoke : VerbCommand
    {
        private readonly Argument<string> _id = new("id")
        {
            Description = "The key's 12 digits, as 'maas keys list' shows them.",
        };
        private readonly Option<string> _file = File();

        public Revoke()
            : base("revoke", "Takes a key's rights away; running servers notice within a second.")
        {
            Arguments.Add(_id);
            Options.Add(_file);
        }

        public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
            => [("maas keys revoke 0a1b2c3d4e5f", "One key.")];

        protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
        {
            var (file, id) = (result.GetRequiredValue(_file), result.GetRequiredValue(_id));
            var keys = ApiKeyFile.Read(file);
            var kept = keys.Where(k => k.Id != id).ToList();
            if (kept.Count == keys.Count)
            {
                throw new UsageException(
                    $"{file}: expected one of the keys [{string.Join(", ", keys.Select(k => k.Id))}], got '{id}'.");
            }

            ApiKeyFile.Write(file, kept);
            return Task.FromResult(ExitCode.Success);
        }
    }
}
