namespace MaaS.Registry.Storage;

/// <summary>Where a registry is: <c>sqlite:FILE</c>, or <c>postgres:CONNECTION</c> with <c>contents=FOLDER</c> in
/// it.</summary>
/// <param name="Dialect">The database.</param>
/// <param name="Contents">Folder of the files' contents.</param>
internal sealed record RegistryAddress(IDialect Dialect, string Contents)
{
    private const string Sqlite = "sqlite:", Postgres = "postgres:", ContentsKey = "contents";

    /// <summary>Reads an address.</summary>
    /// <exception cref="ArgumentException">It is none; the message shows the two forms.</exception>
    public static RegistryAddress Parse(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        if (address.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase) && address.Length > Sqlite.Length)
        {
            var file = Path.GetFullPath(address[Sqlite.Length..]);
            return new RegistryAddress(new SqliteDialect(file), $"{file}-contents");
        }

        if (address.StartsWith(Postgres, StringComparison.OrdinalIgnoreCase))
        {
            var parts = Parts(address);
            var contents = parts.LastOrDefault(IsContents)?.Split('=', 2)[1].Trim();
            if (!string.IsNullOrEmpty(contents))
            {
                return new RegistryAddress(
                    new PostgresDialect(string.Join(';', parts.Where(static p => !IsContents(p)))),
                    Path.GetFullPath(contents));
            }
        }

        // Not the address itself, which may hold a password.
        throw new ArgumentException(
            "Registry: expected 'sqlite:FILE' or 'postgres:Host=…;Username=…;Database=…;Contents=FOLDER', got "
                + (address.StartsWith(Postgres, StringComparison.OrdinalIgnoreCase)
                    ? "postgres:… without Contents, the folder of the files."
                    : "something else, which is not shown, because it may hold a password."),
            nameof(address));
    }

    /// <summary>Reads the database of an address, whose folder of contents may be left out.</summary>
    /// <exception cref="ArgumentException">It is none; the message shows the two forms.</exception>
    public static IDialect ParseDatabase(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        if (address.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase) && address.Length > Sqlite.Length)
        {
            var file = Path.GetFullPath(address[Sqlite.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            return new SqliteDialect(file);
        }

        return address.StartsWith(Postgres, StringComparison.OrdinalIgnoreCase)
            ? new PostgresDialect(string.Join(';', Parts(address).Where(static p => !IsContents(p))))
            // Not the address itself, which may hold a password.
            : throw new ArgumentException(
                "Registry: expected 'sqlite:FILE' or 'postgres:Host=…;Username=…;Database=…', got something else, "
                    + "which "
                    + "is not shown, because it may hold a password.",
                nameof(address));
    }

    private static string[] Parts(string address) => address[Postgres.Length..].Split(
        ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsContents(string part)
        => part.Split('=', 2) is [var key, _] && key.Trim().Equals(ContentsKey, StringComparison.OrdinalIgnoreCase);
}
