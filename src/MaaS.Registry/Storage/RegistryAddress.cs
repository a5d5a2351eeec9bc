namespace MaaS.Registry.Storage;

/// <summary>Where a registry is: <c>sqlite:FILE</c> or <c>postgres:CONNECTION</c>, and <c>contents=PLACE</c> in it,
/// which <c>sqlite:</c> may leave out.</summary>
/// <param name="Dialect">The database.</param>
/// <param name="Contents">Where the files' contents are: the full path of a folder, or an address as
/// <c>s3://…</c>.</param>
internal sealed record RegistryAddress(IDialect Dialect, string Contents)
{
    private const string Sqlite = "sqlite:", Postgres = "postgres:", S3 = "s3", Scheme = "://";
    private const string ContentsKey = "contents";

    private const string Forms = "'sqlite:FILE' or 'postgres:Host=…;Username=…;Database=…;Contents=FOLDER'";

    /// <summary>Reads an address.</summary>
    /// <exception cref="ArgumentException">It is none; the message shows the two forms.</exception>
    public static RegistryAddress Parse(string address)
    {
        var (dialect, contents, file) = Read(address);
        contents ??= file is null ? null : $"{file}-{ContentsKey}";
        return contents is not null
            ? new RegistryAddress(
                dialect, contents.Contains(Scheme, StringComparison.Ordinal) ? contents : Path.GetFullPath(contents))
            : throw new ArgumentException(
                $"Registry: expected {Forms}, got postgres:… without Contents, the folder or s3://BUCKET/PREFIX of the "
                    + "files.", nameof(address));
    }

    /// <summary>Reads the database of an address, whose contents may be left out.</summary>
    /// <exception cref="ArgumentException">It is none; the message shows the two forms.</exception>
    public static IDialect ParseDatabase(string address) => Read(address).Dialect;

    private static (IDialect Dialect, string? Contents, string? File) Read(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        if (address.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase) && address.Length > Sqlite.Length)
        {
            // A file's name may have a semicolon: only the last part can name the contents.
            var rest = address[Sqlite.Length..];
            var last = rest.LastIndexOf(';');
            var contents = last > 0 ? ContentsOf(rest[(last + 1)..]) : null;
            var file = Path.GetFullPath(Named(contents is null ? rest : rest[..last]));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            return (new SqliteDialect(file), contents, file);
        }

        if (address.StartsWith(Postgres, StringComparison.OrdinalIgnoreCase))
        {
            var parts = address[Postgres.Length..].Split(
                ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return (
                new PostgresDialect(string.Join(';', parts.Where(static p => !IsContents(p)))),
                parts.Select(ContentsOf).LastOrDefault(static c => c is not null), null);
        }

        // Not the address itself, which may hold a password.
        throw new ArgumentException(
            $"Registry: expected {Forms}, got something else, which is not shown, because it may hold a password.",
            nameof(address));
    }

    private static bool IsContents(string part)
        => part.Split('=', 2) is [var key, _] && key.Trim().Equals(ContentsKey, StringComparison.OrdinalIgnoreCase);

    private static string? ContentsOf(string part)
    {
        if (!IsContents(part))
        {
            return null;
        }

        // A place of another kind would be taken for the name of a folder.
        return part.Split('=', 2)[1].Trim() switch
        {
            "" => throw Fault($"{ContentsKey}= without a place"),
            var place when place.Split(Scheme, 2) is [var kind, _]
                && !kind.Equals(S3, StringComparison.OrdinalIgnoreCase) =>
                throw Fault(
                    kind.All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.')
                        ? $"contents at '{kind}{Scheme}'" : $"contents at an address with '{Scheme}'"),
            var place => place,
        };
    }

    // The name of a file, which would take a mistyped or misplaced part as well.
    private static string Named(string file)
    {
        foreach (var part in file.Split(';').Skip(1))
        {
            if (part.Split('=', 2) is [var key, _]
                && key.Trim().StartsWith(ContentsKey[..^1], StringComparison.OrdinalIgnoreCase))
            {
                throw Fault(
                    IsContents(part) ? $"a part behind {ContentsKey}=, which comes last"
                        : $"the part '{key.Trim()}=', which is none");
            }
        }

        return file.Contains(Scheme, StringComparison.Ordinal)
            ? throw Fault($"the name of a file with '{Scheme}'") : file;
    }

    // Without what may be a password.
    private static ArgumentException Fault(string got)
        => new($"Registry: expected {Forms}, where Contents may be s3://BUCKET/PREFIX, got {got}.");
}
