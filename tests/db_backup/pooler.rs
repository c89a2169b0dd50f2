//! A pooler that gives each transaction another server process is refused, with the way out.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use super::{command, left};
use crate::harness::{Lab, Run};

/// What PgBouncer does with `pool_mode = transaction`, without its queueing: idle server
/// connections are a stack; a client takes one for each transaction.
#[derive(Default)]
struct Idle {
    stack: Mutex<Vec<TcpStream>>,
    given_back: Condvar,
}

/// Listens on a port of its own and serves for the life of the test process.
fn pooler(server: String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its own port").port();
    let idle = Arc::new(Idle::default());
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (server, idle) = (server.clone(), Arc::clone(&idle));
            // A connection that breaks ends only its own thread.
            std::thread::spawn(move || serve(client, &server, &idle));
        }
    });
    port
}

/// Logs in on a connection of its own, passing the words of both sides, and shares it then.
fn serve(mut client: TcpStream, address: &str, idle: &Idle) -> std::io::Result<()> {
    let mut server = TcpStream::connect(address)?;
    let mut length = [0; 4];
    client.read_exact(&mut length)?;
    let mut startup = vec![0; u32::from_be_bytes(length) as usize - 4];
    client.read_exact(&mut startup)?;
    server.write_all(&length)?;
    server.write_all(&startup)?;
    loop {
        let answer = message(&mut server)?;
        client.write_all(&answer)?;
        let asks = answer[0] == b'R' && matches!(answer[8], 3 | 5 | 10 | 11);
        if asks {
            server.write_all(&message(&mut client)?)?;
        }
        if answer[0] == b'Z' {
            break;
        }
    }
    idle.stack.lock().expect("no holder panics").push(server);
    idle.given_back.notify_one();
    loop {
        let mut request = message(&mut client)?;
        if request[0] == b'X' {
            return Ok(());
        }
        let mut stack = idle.stack.lock().expect("no holder panics");
        let mut server = loop {
            match stack.pop() {
                Some(server) => break server,
                None => stack = idle.given_back.wait(stack).expect("no holder panics"),
            }
        };
        drop(stack);
        loop {
            let ends = matches!(request[0], b'Q' | b'S');
            server.write_all(&request)?;
            if ends {
                let mut answer = message(&mut server)?;
                while answer[0] != b'Z' {
                    client.write_all(&answer)?;
                    answer = message(&mut server)?;
                }
                client.write_all(&answer)?;
                if answer[5] == b'I' {
                    break;
                }
            }
            request = message(&mut client)?;
        }
        idle.stack.lock().expect("no holder panics").push(server);
        idle.given_back.notify_one();
    }
}

/// One message of the protocol: its kind, its length, its body.
fn message(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let mut message = head.to_vec();
    message.resize(1 + length, 0);
    stream.read_exact(&mut message[5..])?;
    Ok(message)
}

#[test]
fn a_transaction_pooler_is_refused_with_the_way_out() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t (id int)");
    let port = pooler(format!("127.0.0.1:{}", lab.port()));
    let url = lab.url(&lab.new).replace(&format!(":{}/", lab.port()), &format!(":{port}/"));
    let mut through = command(&lab, &["--jobs", "2"]);
    through.env("DATABASE_URL", format!("{url}?sslmode=disable"));
    Run::of(&mut through, &lab.password()).fails(
        2,
        &format!(
            "db_backup: {} at 127.0.0.1:{port} is a pool that changes server processes between transactions\n  \
             hint: Let DATABASE_URL name PostgreSQL itself, or a pool with pool_mode = session: settings, locks and snapshots are lost between transactions here. Nothing was run.",
            lab.new
        ),
    );
    assert_eq!(left(&lab), Vec::<String>::new());
}
