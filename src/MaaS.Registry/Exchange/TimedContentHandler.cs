namespace MaaS.Registry.Exchange;

/// <summary>Ends the read of an answer whose next bytes do not come: a client's own timeout ends with the
/// head.</summary>
/// <param name="inner">Sends the requests.</param>
/// <param name="timeout">Longest wait for the next bytes.</param>
internal sealed class TimedContentHandler(HttpMessageHandler inner, TimeSpan timeout) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var source = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var timed = new StreamContent(new TimedStream($"{request.RequestUri}", source, timeout));
        foreach (var (name, values) in response.Content.Headers)
        {
            timed.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = timed;
        return response;
    }
}
