//! Any libpq connection string, read leniently: drivers' schemes such as
//! `postgresql+asyncpg://` are accepted, and a password may hold any character, percent-encoded
//! or not.
//!
//! Source of the grammar: PostgreSQL documentation, "Connection Strings". Values are never
//! echoed in an error, since any of them may be, or hold, a password typed in the wrong place.

/// Keyword and value pairs, in libpq's words (`host`, `port`, `user`, `password`, `dbname`, …).
pub type Parameters = Vec<(String, String)>;

/// Reads a URL or a `keyword=value` string.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that begins with the setting's name.
pub fn parse(text: &str) -> Result<Parameters, String> {
    let text = text.trim();
    match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains('=') => {
            let base = scheme.split('+').next().unwrap_or_default();
            if base != "postgres" && base != "postgresql" {
                return Err("does not begin with postgresql://".to_owned());
            }
            parse_url(rest)
        }
        _ if text.contains('=') => parse_keywords(text),
        _ => Err("is neither a URL (postgresql://…) nor keyword=value pairs".to_owned()),
    }
}

fn parse_url(rest: &str) -> Result<Parameters, String> {
    let mut parameters = Parameters::new();
    // The last @ ends the user part: a raw password may hold @, / and ?, a host none of them.
    let (user, rest) = match rest.rsplit_once('@') {
        Some((user, rest)) => (Some(user), rest),
        None => (None, rest),
    };
    if let Some(user) = user {
        let (name, password) = match user.split_once(':') {
            Some((name, password)) => (name, Some(password)),
            None => (user, None),
        };
        push(&mut parameters, "user", &decode(name));
        if let Some(password) = password {
            push(&mut parameters, "password", &decode(password));
        }
    }
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, query),
        None => (rest, ""),
    };
    let (hosts, name) = match rest.split_once('/') {
        Some((hosts, name)) => (hosts, name),
        None => (rest, ""),
    };
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in hosts.split(',').filter(|host| !host.is_empty()) {
        let (host, port) = split_port(host)?;
        names.push(decode(host));
        ports.push(port.to_owned());
    }
    push(&mut parameters, "host", &names.join(","));
    if ports.iter().any(|port| !port.is_empty()) {
        push(&mut parameters, "port", &ports.join(","));
    }
    push(&mut parameters, "dbname", &decode(name));
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err("has a query parameter without `=`".to_owned());
        };
        push(&mut parameters, &decode(key), &decode(value));
    }
    Ok(parameters)
}

fn split_port(host: &str) -> Result<(&str, &str), String> {
    let (name, port) = if let Some(rest) = host.strip_prefix('[') {
        let Some((address, after)) = rest.split_once(']') else {
            return Err("has an IPv6 address without its `]`".to_owned());
        };
        (address, after.strip_prefix(':').unwrap_or(after))
    } else {
        host.split_once(':').unwrap_or((host, ""))
    };
    if port.is_empty() || port.parse::<u16>().is_ok() {
        Ok((name, port))
    } else {
        Err("has a port that is not a number from 1 to 65535".to_owned())
    }
}

/// `keyword = 'value with \' quotes' other=value`.
fn parse_keywords(text: &str) -> Result<Parameters, String> {
    let mut parameters = Parameters::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=') else {
            return Err("has a keyword without `=`".to_owned());
        };
        let (value, after) = read_value(after.trim_start())?;
        push(&mut parameters, key.trim(), &value);
        rest = after.trim_start();
    }
    Ok(parameters)
}

fn read_value(text: &str) -> Result<(String, &str), String> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            _ if !quoted && character.is_whitespace() => return Ok((value, &text[at..])),
            _ => value.push(character),
        }
    }
    if quoted { Err("has a quote that is not closed".to_owned()) } else { Ok((value, "")) }
}

fn push(parameters: &mut Parameters, key: &str, value: &str) {
    if !value.is_empty() {
        parameters.push((key.to_owned(), value.to_owned()));
    }
}

/// Undoes percent-encoding; a `%` that begins none stands for itself, so that a password pasted
/// as it is works too.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[track_caller]
    fn case(text: &str, expected: &[(&str, &str)]) {
        let parameters = parse(text).unwrap();
        let pairs: Vec<_> = parameters.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, expected, "{text}");
    }

    #[test]
    fn urls_of_every_driver_are_read() {
        let expected = [
            ("user", "ana"),
            ("password", "pw"),
            ("host", "db"),
            ("port", "5433"),
            ("dbname", "shop"),
        ];
        for scheme in ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2"] {
            case(&format!("{scheme}://ana:pw@db:5433/shop"), &expected);
        }
        case("postgresql://", &[]);
        case("postgresql:///shop?host=/run/pg", &[("dbname", "shop"), ("host", "/run/pg")]);
        case("postgresql://[::1]:5433/x", &[("host", "::1"), ("port", "5433"), ("dbname", "x")]);
        case("postgresql://a:1,b:2/x", &[("host", "a,b"), ("port", "1,2"), ("dbname", "x")]);
        case("postgresql://%2Frun%2Fpg/x", &[("host", "/run/pg"), ("dbname", "x")]);
    }

    #[test]
    fn a_password_may_hold_any_character_encoded_or_not() {
        let expected =
            [("user", "ana"), ("password", "a@#%/$ ?:b"), ("host", "db"), ("dbname", "x")];
        case("postgresql://ana:a@#%/$ ?:b@db/x", &expected);
        case("postgresql://ana:a%40%23%25%2F%24%20%3F%3Ab@db/x", &expected);
    }

    #[test]
    fn keyword_strings_are_read() {
        case(
            "host=db dbname = 'my db' password='it\\'s'",
            &[("host", "db"), ("dbname", "my db"), ("password", "it's")],
        );
    }

    #[test]
    fn what_is_malformed_is_named_without_its_value() {
        #[track_caller]
        fn refused(text: &str, reason: &str) {
            assert_eq!(parse(text).unwrap_err(), reason, "{text}");
        }
        refused("mysql://ana:pw@db/x", "does not begin with postgresql://");
        refused("secret", "is neither a URL (postgresql://…) nor keyword=value pairs");
        refused("postgresql://db:port/x", "has a port that is not a number from 1 to 65535");
        refused("postgresql://db/x?sslmode", "has a query parameter without `=`");
        refused("password='secret", "has a quote that is not closed");
    }
}
