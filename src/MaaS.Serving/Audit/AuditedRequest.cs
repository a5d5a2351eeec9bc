using MaaS.Serving.Faults;

namespace MaaS.Serving.Audit;

/// <summary>The lines of one request, a feature of its context while it is answered.</summary>
/// <param name="log">Where they go.</param>
/// <param name="entry">Who asks for what.</param>
internal sealed class AuditedRequest(AuditLog log, AuditEntry entry)
{
    private AuditEntry _entry = entry;
    private bool _isBegun;

    /// <summary>The status where the response has another, as in gRPC; null for the response's.</summary>
    public int? Status { get; set; }

    /// <summary>Says which model is asked for, where that was not known at the beginning.</summary>
    public void Name(string model) => _entry = _entry with { Model = _entry.Model ?? model };

    /// <summary>Says what else is worth knowing of the request.</summary>
    public void Note(string detail) => _entry = _entry with { Detail = detail };

    /// <summary>Records that a change begins, unless it is recorded already.</summary>
    /// <param name="model">What is changed; null where it is not known yet.</param>
    /// <exception cref="RequestException">503: it cannot be recorded, so it must not be done.</exception>
    public void Begin(string? model)
    {
        _entry = _entry with { Model = _entry.Model ?? model };
        if (_isBegun)
        {
            return;
        }

        try
        {
            log.Append(_entry with { Phase = "begin" }, durable: true);
            _isBegun = true;
        }
        catch (IOException)
        {
            // AuditLog has logged the cause.
            throw new RequestException(FaultKind.Unavailable, "the audit log cannot be written; nothing was changed");
        }
    }

    /// <summary>Records the outcome.</summary>
    /// <param name="status">Status of the response.</param>
    /// <param name="model">What was asked for; null where only <see cref="Begin"/> knew it.</param>
    /// <param name="durable">Whether to return only when the line is on the disk.</param>
    public void End(int status, string? model, bool durable)
        => log.TryAppend(_entry with { Model = _entry.Model ?? model, Status = Status ?? status }, durable);
}
