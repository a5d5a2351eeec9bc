namespace MaaS.Registry.Exchange;

/// <summary>Reads an answer that should be small, however long it is.</summary>
internal static class LimitedContent
{
    /// <exception cref="InvalidDataException">It is longer.</exception>
    public static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        var source = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            using var target = new MemoryStream();
            var buffer = new byte[1 << 14];
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (target.Length + read > limit)
                {
                    throw new InvalidDataException(
                        $"{response.RequestMessage?.RequestUri}: expected an answer of at most {limit} bytes, got "
                            + "more.");
                }

                target.Write(buffer, 0, read);
            }

            return target.ToArray();
        }
    }
}
